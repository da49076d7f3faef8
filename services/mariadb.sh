# A MariaDB with the user and the database `kapelle`; its password is `Kapelle1`.
packages=mariadb-server
start() {
    local port data owner= sql
    port=$(port)
    # The server refuses to be root.
    [ "$(id -u)" = 0 ] && owner="setpriv --reuid mysql --regid mysql --clear-groups"
    data=$(outside); [ -z "$owner" ] || chown mysql: "$data"
    $owner mariadb-install-db --no-defaults --datadir="$data/data" --auth-root-authentication-method=normal --skip-test-db >>log 2>&1 || cannot "mariadb-install-db failed: $(tail -1 log)"
    daemon $owner mariadbd --no-defaults --datadir="$data/data" --bind-address=127.0.0.1 --port="$port" --socket="$data/socket" --pid-file="$data/pid" --local-infile=1 --skip-log-bin
    sql="create database if not exists kapelle character set utf8mb4; create user if not exists kapelle@'%' identified by 'Kapelle1'; grant all on *.* to kapelle@'%'; delete from mysql.global_priv where user = ''; flush privileges"
    await mariadb --no-defaults --socket="$data/socket" -u root -e "$sql"
    address "mysql://kapelle:Kapelle1@127.0.0.1:$port/kapelle"
}
