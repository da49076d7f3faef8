# An OpenSSH server with the user `kapelle`, whose password is `Kapelle1` and whose key is the file `key` of the address. It
# answers on a second port, where passwords are asked for by keyboard-interactive. The account is in a copy of the files of
# the machine that only this server sees.
packages="openssh-server openssl"
start() {
    [ "$(id -u)" = 0 ] || cannot "it has to be root to log others in"
    local port keyboard home
    port=$(port); keyboard=$(port); home=$(outside)
    accounts "$home" || cannot "the files of accounts cannot be replaced for one process"
    ssh-keygen -q -t ed25519 -N '' -f host && ssh-keygen -q -t ed25519 -N '' -f key
    mkdir "$home/.ssh"; cp key.pub "$home/.ssh/authorized_keys"; chown -R 65501:65501 "$home"; chmod 755 "$home"
    cat >config <<END
ListenAddress 127.0.0.1
HostKey $PWD/host
PidFile none
StrictModes no
MaxStartups 500
MaxSessions 100
AcceptEnv GREETING
Subsystem sftp internal-sftp
END
    mkdir -p /run/sshd
    alone "$(command -v sshd)" -D -e -f "$PWD/config" -p "$port" -o UsePAM=no -o PasswordAuthentication=yes
    alone "$(command -v sshd)" -D -e -f "$PWD/config" -p "$keyboard" -o UsePAM=yes -o PasswordAuthentication=no -o KbdInteractiveAuthentication=yes
    await ssh-keyscan -p "$port" 127.0.0.1; await ssh-keyscan -p "$keyboard" 127.0.0.1
    address "ssh://kapelle:Kapelle1@127.0.0.1:$port?key=$PWD/key&keyboard=$keyboard&home=$home"
}
