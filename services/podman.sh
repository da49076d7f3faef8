# Podman's engine, which speaks Docker's API, with an image `busybox` of Debian's; its address is that of its socket.
packages="podman runc conmon netavark aardvark-dns busybox-static"
start() {
    local folder socket podman
    [ "$(id -u)" = 0 ] || cannot "containers of others need subordinate ids: be root"
    folder=$(outside) socket=unix://$folder/podman.sock
    # What the machine's own Podman has stays apart. Containers get no network of their own, which would change the machine's,
    # and no more files and processes than anybody may have.
    printf '[containers]\nnetns = "none"\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n' >containers.conf
    podman=(env "CONTAINERS_CONF=$PWD/containers.conf" podman --root "$folder/data" --runroot "$folder/run" --tmpdir "$folder/tmp"
        --storage-driver vfs)
    daemon "${podman[@]}" system service --time 0 "$socket"
    await curl -fsS --unix-socket "$folder/podman.sock" http://d/_ping
    mkdir -p image/bin image/tmp && cp /bin/busybox image/bin/ || cannot "there is no /bin/busybox"
    for program in $(/bin/busybox --list | grep -vx busybox); do ln -sf busybox "image/bin/$program"; done
    tar -C image -c . | "${podman[@]}" import --change 'ENV PATH=/bin' - docker.io/library/busybox:latest >>log 2>&1 ||
        cannot "no image can be made: $(tail -1 log)"
    address "$socket"
}
