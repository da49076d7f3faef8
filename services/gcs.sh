# A fake-gcs-server, which speaks the JSON API of Google Cloud Storage over memory and asks nobody who they are. It is built
# once, and kept in a folder of caches.
start() {
    local cache port
    cache=${KAPELLE_CACHE:-$HOME/.cache/kapelle-services}
    if [ ! -x "$cache/bin/fake-gcs-server" ]; then
        command -v go >/dev/null || cannot "it needs Go to be built"
        GOBIN=$cache/bin nice -n 15 go install -p 1 -ldflags='-s -w' github.com/fsouza/fake-gcs-server@v1.56.1 >>log 2>&1 ||
            cannot "it cannot be built: see $PWD/log"
    fi
    port=$(port)
    daemon "$cache/bin/fake-gcs-server" -backend memory -scheme http -host 127.0.0.1 -port "$port" \
        -external-url "http://127.0.0.1:$port" -public-host "127.0.0.1:$port" -log-level warn
    await python3 -c "import socket; socket.create_connection(('127.0.0.1', $port), 1)"
    address "http://127.0.0.1:$port"
}
