# A server of Git over HTTP and SSH. Over HTTP the user `kapelle` has the password `Kapelle1` and may read and write every
# repository; `/open/` is for everybody to read. The address has four lines: HTTP, the folder of the repositories, SSH, and the
# file with the private key for SSH. `/moved/` and `/away/` lead there from elsewhere.
packages="git openssh-server python3"
start() {
    local port sport data
    port=$(port); sport=$(port); data=$(outside)
    mkdir -p "$data/repositories" "$data/ssh"
    ssh-keygen -q -t ed25519 -N '' -f "$data/ssh/host"
    ssh-keygen -q -t ed25519 -N 'Kapelle1' -f "$data/ssh/user"
    cp "$data/ssh/user.pub" "$data/ssh/authorized"
    chmod 755 "$data"; chmod 600 "$data/ssh/authorized"
    # The server wants its folder for privileges, and nobody else writes above the keys.
    mkdir -p /run/sshd 2>/dev/null || true
    cat >"$data/ssh/configuration" <<EOF
Port $sport
ListenAddress 127.0.0.1
HostKey $data/ssh/host
AuthorizedKeysFile $data/ssh/authorized
PidFile none
PasswordAuthentication no
KbdInteractiveAuthentication no
StrictModes no
UsePAM no
EOF
    daemon /usr/sbin/sshd -D -e -f "$data/ssh/configuration"
    daemon python3 "$here/git_server.py" "$port" "$data/repositories"
    await python3 -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:$port/open/')"
    await ssh-keyscan -p "$sport" 127.0.0.1
    address "http://127.0.0.1:$port
$data/repositories
ssh://$(id -un)@127.0.0.1:$sport$data/repositories
$data/ssh/user"
}
