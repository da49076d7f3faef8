# A Dovecot with IMAP and POP3, each with STARTTLS and with TLS from the beginning. Every user has the password `Kapelle1`
# and an inbox of their own, so that each test takes a name that no other has. What is handed to LMTP for a user is
# delivered there. The address has five words: IMAP, IMAP with TLS, POP3, POP3 with TLS, LMTP.
packages="dovecot-imapd dovecot-pop3d dovecot-lmtpd openssl"
start() {
    local imap imaps pop3 pop3s lmtp folder
    imap=$(port) imaps=$(port) pop3=$(port) pop3s=$(port) lmtp=$(port)
    [ "$(id -u)" = 0 ] || cannot "Dovecot has to start as root"
    folder=$(outside); chmod 755 "$folder"; mkdir "$folder/mail" "$folder/run"; chown nobody "$folder/mail"
    openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=mail.test -addext subjectAltName=DNS:mail.test -keyout "$folder/key.pem" -out "$folder/certificate.pem" >>log 2>&1 ||
        cannot "openssl made no certificate"
    cat >"$folder/dovecot.conf" <<CONF
base_dir = $folder/run
state_dir = $folder/run
log_path = $folder/log
protocols = imap pop3 lmtp
listen = 127.0.0.1
ssl = yes
ssl_cert = <$folder/certificate.pem
ssl_key = <$folder/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login
mail_location = maildir:$folder/mail/%u
mail_uid = nobody
mail_gid = nogroup
first_valid_uid = 1
first_valid_gid = 1
passdb {
  driver = static
  args = password=Kapelle1
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=$folder/mail/%u allow_all_users=yes
}
service imap-login {
  inet_listener imap {
    port = $imap
  }
  inet_listener imaps {
    port = $imaps
    ssl = yes
  }
}
service pop3-login {
  inet_listener pop3 {
    port = $pop3
  }
  inet_listener pop3s {
    port = $pop3s
    ssl = yes
  }
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = $lmtp
  }
}
CONF
    daemon dovecot -F -c "$folder/dovecot.conf"
    await bash -c "exec 3<>/dev/tcp/127.0.0.1/$imap 4<>/dev/tcp/127.0.0.1/$pop3s 5<>/dev/tcp/127.0.0.1/$lmtp"
    address "127.0.0.1:$imap 127.0.0.1:$imaps 127.0.0.1:$pop3 127.0.0.1:$pop3s 127.0.0.1:$lmtp"
}
