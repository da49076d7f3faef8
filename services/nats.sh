# A NATS server with JetStream; its user is `kapelle`, the password `Kapelle1`. And one that knows its users by signed
# tokens. Lines of the address: the first one, the second one, the credentials for the second one. The program is built once,
# and kept in a folder of caches.
start() {
    local cache port signed
    cache=${KAPELLE_CACHE:-$HOME/.cache/kapelle-services}
    if [ ! -x "$cache/bin/nats-server" ]; then
        command -v go >/dev/null || cannot "it needs Go to be built"
        GOBIN=$cache/bin nice -n 15 go install -p 1 -ldflags='-s -w' github.com/nats-io/nats-server/v2@v2.15.3 >>log 2>&1 ||
            cannot "it cannot be built: see $PWD/log"
    fi
    port=$(port); signed=$(port)
    daemon "$cache/bin/nats-server" -a 127.0.0.1 -p "$port" -js -sd "$PWD/store" --user kapelle --pass Kapelle1
    daemon "$cache/bin/nats-server" -a 127.0.0.1 -p "$signed" -c "$here/nats_accounts.conf"
    await python3 -c "import socket; socket.create_connection(('127.0.0.1', $port), 1); socket.create_connection(('127.0.0.1', $signed), 1)"
    address "nats://127.0.0.1:$port
nats://127.0.0.1:$signed
$here/nats_user.creds"
}
