# A RabbitMQ with the user `kapelle`; its password is `Kapelle1`.
packages=rabbitmq-server
start() {
    local port epmd data node
    port=$(port) epmd=$(port) node="kapelle$$"
    # The server refuses cookies that others may read, and wants a home of its own.
    data=$(outside)
    # Each server brings its own table of names (epmd), so that two of them do not meet.
    export HOME="$data" RABBITMQ_BASE="$data" RABBITMQ_MNESIA_BASE="$data/data" RABBITMQ_LOG_BASE="$data/log" \
        RABBITMQ_PID_FILE="$data/pid" RABBITMQ_ENABLED_PLUGINS_FILE="$data/plugins" RABBITMQ_CONFIG_FILE="$data/rabbitmq.conf" \
        RABBITMQ_NODENAME="$node@localhost" RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_NODE_PORT="$port" \
        RABBITMQ_DIST_PORT="$(port)" ERL_EPMD_PORT="$epmd" ERL_EPMD_ADDRESS=127.0.0.1 RABBITMQ_LOGS=-
    export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1} +S 1:1 +sbwt none"
    printf 'default_user = kapelle\ndefault_pass = Kapelle1\nloopback_users = none\ndefault_vhost = /\n' >"$data/rabbitmq.conf"
    echo '[].' >"$data/plugins"
    daemon epmd -port "$epmd" -address 127.0.0.1
    daemon "$(ls -d /usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin | sort -V | tail -1)/rabbitmq-server"
    await answers "$port"
    address "amqp://kapelle:Kapelle1@127.0.0.1:$port"
}
# Whether something on this port begins to speak AMQP.
answers() {
    python3 - "$1" <<'P'
import socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 2); s.settimeout(5); s.sendall(b"AMQP\x00\x00\x09\x01")
sys.exit(0 if s.recv(1) == b"\x01" else 1)
P
}
