# The stand-in for AWS that the library `moto` has: queues, topics, tables, events, streams, functions, roles. Nothing in it
# asks for credentials. It is installed once, into a folder of caches.
start() {
    local cache port
    cache=${KAPELLE_CACHE:-$HOME/.cache/kapelle-services}/moto
    if [ ! -x "$cache/bin/moto_server" ]; then
        { nice -n 15 python3 -m venv "$cache" && nice -n 15 "$cache/bin/pip" install -q "moto[server]==5.*"; } >>log 2>&1 ||
            cannot "it cannot be installed: see $PWD/log"
    fi
    port=$(port)
    daemon nice -n 5 "$cache/bin/moto_server" -H 127.0.0.1 -p "$port"
    await python3 -c "import socket; socket.create_connection(('127.0.0.1', $port), 1)"
    address "http://127.0.0.1:$port"
}
