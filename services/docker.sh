# A Docker engine of its own, with an image `busybox` of Debian's; its address is that of its socket.
packages="docker.io docker-compose busybox-static"
more=()
start() {
    local folder socket docker
    [ "$(id -u)" = 0 ] || cannot "dockerd has to be root"
    folder=$(outside) socket=unix://$folder/docker.sock
    # Debian has the programs below sbin and bin; others may stand before them.
    docker=$(PATH=/usr/bin:$PATH command -v docker) || cannot "there is no docker"
    PATH=/usr/sbin:/usr/bin:$PATH daemon dockerd --host "$socket" --data-root "$folder/data" --exec-root "$folder/exec" --pidfile "$folder/pid" \
        --storage-driver vfs --iptables=false --ip6tables=false "${more[@]}"
    await "$docker" --host "$socket" info
    mkdir -p image/bin && cp /bin/busybox image/bin/ || cannot "there is no /bin/busybox"
    for program in $(/bin/busybox --list | grep -vx busybox); do ln -sf busybox "image/bin/$program"; done
    tar -C image -c . | "$docker" --host "$socket" import --change 'ENV PATH=/bin' - busybox >>log 2>&1 || cannot "no image can be made: $(tail -1 log)"
    address "$socket"
}
