# Two mail servers that write what they get into a folder, one file for each message (`NAME.eml`) with its envelope beside
# it (`NAME.json`): one with STARTTLS and logins, one with TLS from the beginning. The user is `kapelle`, the password
# `Kapelle1`, the token `token1`. Recipients whose name begins with `nobody` are refused. The address has three words: that
# of the first, that of the second, the folder.
packages="python3-aiosmtpd openssl"
start() {
    local plain tls folder
    plain=$(port) tls=$(port)
    folder=$PWD/mail; mkdir -p "$folder"
    openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=mail.test -addext subjectAltName=DNS:mail.test -keyout key.pem -out certificate.pem >>log 2>&1 ||
        cannot "openssl made no certificate"
    daemon /usr/bin/python3 "$here/smtp.py" "$plain" "$tls" "$folder"
    await bash -c "exec 3<>/dev/tcp/127.0.0.1/$plain 4<>/dev/tcp/127.0.0.1/$tls"
    address "127.0.0.1:$plain 127.0.0.1:$tls $folder"
}
