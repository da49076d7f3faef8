# A Mosquitto with the user `kapelle` and its password `Kapelle1`, and a second door with TLS. Lines of the address: the
# first door, the second one, the certificate of the authority of the second one.
packages="mosquitto openssl"
start() {
    local port secure
    port=$(port); secure=$(port)
    mosquitto_passwd -b -c passwords kapelle Kapelle1 >>log 2>&1 || cannot "no passwords could be made: see $PWD/log"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=authority \
        -keyout ca.key -out ca.crt >>log 2>&1
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost -keyout server.key -out server.csr >>log 2>&1
    printf 'subjectAltName=DNS:localhost' >names
    openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.crt >>log 2>&1
    cat >conf <<END
user root
password_file $PWD/passwords
allow_anonymous false
listener $port 127.0.0.1
listener $secure 127.0.0.1
certfile $PWD/server.crt
keyfile $PWD/server.key
END
    chmod 600 passwords
    daemon mosquitto -c "$PWD/conf"
    await python3 -c "import socket; socket.create_connection(('127.0.0.1', $port), 1)"
    address "tcp://127.0.0.1:$port
ssl://localhost:$secure
$PWD/ca.crt"
}
