FROM scratch
COPY root/ /
COPY loki /usr/bin/loki
COPY --chown=10001:10001 owned/ /
USER 10001
EXPOSE 3100
ENTRYPOINT ["/usr/bin/loki"]
CMD ["-config.file=/etc/loki/local-config.yaml"]
