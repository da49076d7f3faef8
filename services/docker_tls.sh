# The same as docker, by TLS, for whoever shows a certificate. Its address has a second word: the folder with `ca.pem`,
# `cert.pem` and `key.pem`.
packages="docker.io docker-compose busybox-static openssl"
start() {
    . "$here/docker.sh"
    mkdir certificates
    openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=authority -keyout root.key -out certificates/ca.pem \
        -addext basicConstraints=critical,CA:TRUE >>log 2>&1 || cannot "openssl failed"
    signed() { # KEY CERTIFICATE USE
        openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout "$1" -out request >>log 2>&1
        printf 'subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\nextendedKeyUsage=%s\n' "$3" >extensions
        openssl x509 -req -in request -CA certificates/ca.pem -CAkey root.key -CAcreateserial -days 30 -extfile extensions \
            -out "$2" >>log 2>&1 || cannot "openssl failed"
    }
    signed server.key server.pem serverAuth
    signed certificates/key.pem certificates/cert.pem clientAuth
    local port; port=$(port)
    more=(--host "tcp://127.0.0.1:$port" --tlsverify --tlscacert "$PWD/certificates/ca.pem" --tlscert "$PWD/server.pem" --tlskey "$PWD/server.key")
    start
    address "tcp://localhost:$port $PWD/certificates"
}
