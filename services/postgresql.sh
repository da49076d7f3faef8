# A PostgreSQL with the user and the database `kapelle`; its password is `Kapelle1`.
packages=postgresql
start() {
    local bin port data owner= more=()
    bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)
    port=$(port)
    # The server refuses to be root.
    [ "$(id -u)" = 0 ] && owner="setpriv --reuid postgres --regid postgres --clear-groups"
    data=$(outside); [ -z "$owner" ] || chown postgres: "$data"
    echo Kapelle1 >"$data/password"; chmod 644 "$data/password"
    $owner "$bin/initdb" -D "$data/data" -U kapelle --pwfile "$data/password" -A scram-sha-256 -E UTF8 --no-sync >>log 2>&1 || cannot "initdb failed: $(tail -1 log)"
    rm "$data/password"
    # A service that is the same but for this gives it (see postgresql_tls.sh).
    [ -z "$(type -t secure_in)" ] || secure_in "$data"
    daemon $owner "$bin/postgres" -D "$data/data" -h 127.0.0.1 -p "$port" -k "$data" -c fsync=off "${more[@]}"
    export PGPASSWORD=Kapelle1
    await psql -h 127.0.0.1 -p "$port" -U kapelle -d postgres -c "create database kapelle"
    address "postgresql://kapelle:Kapelle1@127.0.0.1:$port/kapelle"
}
