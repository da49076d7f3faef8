# A Versity gateway that speaks S3 over a folder; key and secret are `kapelle` and `Kapelle1secret`. It is built once, and
# kept in a folder of caches.
start() {
    local cache port
    cache=${KAPELLE_CACHE:-$HOME/.cache/kapelle-services}
    if [ ! -x "$cache/bin/versitygw" ]; then
        command -v go >/dev/null || cannot "it needs Go to be built"
        GOBIN=$cache/bin nice -n 15 go install -p 1 -ldflags='-s -w' github.com/versity/versitygw/cmd/versitygw@v1.8.0 >>log 2>&1 ||
            cannot "it cannot be built: see $PWD/log"
    fi
    port=$(port)
    mkdir -p data versions
    export ROOT_ACCESS_KEY=kapelle ROOT_SECRET_KEY=Kapelle1secret
    daemon "$cache/bin/versitygw" --port "127.0.0.1:$port" posix --versioning-dir "$PWD/versions" "$PWD/data"
    await python3 -c "import socket; socket.create_connection(('127.0.0.1', $port), 1)"
    address "http://127.0.0.1:$port"
}
