# A Kubernetes of one node; its address is the path of the administrator's kubeconfig. Made by the program
# KAPELLE_KUBERNETES_TOOL (`PROGRAM install|start|stop|kubeconfig`), where there is one. Where a cluster runs already, that
# kubeconfig can be named in KAPELLE_KUBERNETES_KUBECONFIG instead.
start() {
    local tool=${KAPELLE_KUBERNETES_TOOL:-$here/../../shared/tools/kubernetes.sh}
    if [ -n "${KAPELLE_KUBERNETES_KUBECONFIG-}" ]; then
        : >pids
        address "$KAPELLE_KUBERNETES_KUBECONFIG"
        return
    fi
    [ -x "$tool" ] || cannot "name a program that starts one in KAPELLE_KUBERNETES_TOOL, or the kubeconfig of one in KAPELLE_KUBERNETES_KUBECONFIG"
    "$tool" install >>log 2>&1 || cannot "it cannot be installed: $(tail -1 log)"
    # It stays until this ends, and goes with it.
    daemon bash -c '"$0" start || exit; trap "\"$0\" stop; exit" TERM; while :; do sleep 1; done' "$tool"
    for _ in $(seq 300); do
        "$tool" status >/dev/null 2>&1 && { address "$("$tool" kubeconfig)"; return; }
        kill -0 "$(tail -1 pids)" 2>/dev/null || cannot "it does not start: $(tail -1 log)"
        sleep 0.5
    done
    cannot "it does not start: see $PWD/log"
}
