# The same as postgresql, with a certificate for `localhost`. Its address has a second word: the certificate of who signed.
packages="postgresql openssl"
start() {
    . "$here/postgresql.sh"
    secure_in() {
        openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=authority -keyout "$1/root.key" -out "$1/root.pem" \
            -addext basicConstraints=critical,CA:TRUE >>log 2>&1 || cannot "openssl failed"
        openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout "$1/server.key" -out "$1/server.csr" >>log 2>&1
        printf 'subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n' >"$1/extensions"
        openssl x509 -req -in "$1/server.csr" -CA "$1/root.pem" -CAkey "$1/root.key" -CAcreateserial -days 30 \
            -extfile "$1/extensions" -out "$1/server.pem" >>log 2>&1 || cannot "openssl failed"
        chmod 600 "$1/server.key"; [ "$(id -u)" = 0 ] && chown postgres: "$1/server.key" "$1/server.pem"
        cp "$1/root.pem" root.pem
        more=(-c ssl=on -c "ssl_cert_file=$1/server.pem" -c "ssl_key_file=$1/server.key")
    }
    start
    address "$(cat "$state/$name") $PWD/root.pem"
}
