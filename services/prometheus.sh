# A Prometheus that asks itself once a second, and a Pushgateway that it asks too. The address has two words: Prometheus
# and the Pushgateway.
packages="prometheus prometheus-pushgateway curl"
start() {
    local server gateway
    server=$(port) gateway=$(port)
    cat >prometheus.yml <<CONF
global: {scrape_interval: 1s, evaluation_interval: 1s}
scrape_configs:
  - {job_name: self, static_configs: [{targets: ["127.0.0.1:$server"]}]}
  - {job_name: gateway, honor_labels: true, static_configs: [{targets: ["127.0.0.1:$gateway"]}]}
CONF
    daemon prometheus --config.file=prometheus.yml --storage.tsdb.path=data --web.listen-address="127.0.0.1:$server"
    daemon prometheus-pushgateway --web.listen-address="127.0.0.1:$gateway"
    await curl -fs "http://127.0.0.1:$server/-/ready"
    await curl -fs "http://127.0.0.1:$gateway/-/ready"
    address "127.0.0.1:$server 127.0.0.1:$gateway"
}
