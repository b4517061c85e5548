FROM busybox:1.35.0
COPY root/ /
COPY alertmanager amtool /bin/
COPY --chown=65534:65534 owned/ /
WORKDIR /alertmanager
USER nobody
EXPOSE 9093
VOLUME ["/alertmanager"]
ENTRYPOINT ["/bin/alertmanager"]
CMD ["--config.file=/etc/alertmanager/alertmanager.yml", "--storage.path=/alertmanager"]
