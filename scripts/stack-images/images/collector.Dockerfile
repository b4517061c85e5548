FROM scratch
COPY root/etc/ssl/ /etc/ssl/
COPY otelcol-contrib /otelcol-contrib
USER 10001:10001
EXPOSE 4317 4318
ENTRYPOINT ["/otelcol-contrib"]
CMD ["--config", "/etc/otelcol-contrib/config.yaml"]
