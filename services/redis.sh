# A Redis with the password `Kapelle1`.
packages=redis-server
start() {
    local port
    port=$(port)
    daemon redis-server --port "$port" --bind 127.0.0.1 --requirepass Kapelle1 --save '' --appendonly no --dir "$PWD"
    await redis-cli -p "$port" -a Kapelle1 --no-auth-warning ping
    address "redis://:Kapelle1@127.0.0.1:$port/0"
}
