# Servers of FTP with the user `kapelle`, whose password is `Kapelle1`: one without TLS, one that begins with it and one that
# asks for it. They want the connections of data to resume the session of the first one, as many do.
packages="vsftpd openssl"
start() {
    [ "$(id -u)" = 0 ] || cannot "it has to be root to log others in"
    local home plain implicit explicit
    plain=$(port); implicit=$(port); explicit=$(port); home=$(outside)
    accounts "$home" || cannot "the files of accounts cannot be replaced for one process"
    mkdir "$home/data" && chown -R 65501:65501 "$home"; chmod 755 "$home"
    openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1,DNS:localhost \
        -keyout tls.pem -out certificate.pem >>log 2>&1
    cat certificate.pem >>tls.pem
    ftpd plain "$plain" ssl_enable=NO
    ftpd implicit "$implicit" implicit_ssl=YES
    ftpd explicit "$explicit" force_local_logins_ssl=YES
    for one in "$plain" "$implicit" "$explicit"; do await bash -c "exec 3<>/dev/tcp/127.0.0.1/$one"; done
    address "ftp://kapelle:Kapelle1@127.0.0.1:$plain?implicit=$implicit&explicit=$explicit&home=$home&certificate=$PWD/certificate.pem"
}
# A server of its own, with one more line of configuration.
ftpd() {
    cat >"$1.conf" <<END
listen=YES
listen_address=127.0.0.1
listen_port=$2
background=NO
anonymous_enable=NO
local_enable=YES
write_enable=YES
utf8_filesystem=YES
mdtm_write=YES
pasv_min_port=30000
pasv_max_port=60000
seccomp_sandbox=NO
ssl_enable=YES
rsa_cert_file=$PWD/tls.pem
rsa_private_key_file=$PWD/tls.pem
$3
END
    alone "$(command -v vsftpd)" "$PWD/$1.conf"
}
