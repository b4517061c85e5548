FROM busybox:1.35.0
COPY root/ /
COPY prometheus promtool /bin/
COPY --chown=65534:65534 owned/ /
WORKDIR /prometheus
USER nobody
EXPOSE 9090
VOLUME ["/prometheus"]
ENTRYPOINT ["/bin/prometheus"]
CMD ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"]
