//! What runs in containers: scripts, files, pods and images; and requests.

use super::*;

#[test]
fn scripts_speak_their_languages() {
    insta::assert_snapshot!(tasks(
        r#"
  - name: main
    steps:
    - - {name: shell, template: shell}
      - {name: python, template: python}
      - {name: node, template: node}
  - name: shell
    script: {image: debian, command: [bash], source: "set -x\necho ${A:-{{x}}}\n"}
  - name: python
    script: {image: python, command: [python3], source: "print(1)\n", env: [{name: TOKEN, valueFrom: {secretKeyRef: {name: my-api, key: token}}}, {name: A, value: b}, {name: C, valueFrom: {configMapKeyRef: {name: conf, key: c}}}]}
  - name: node
    script: {image: node, command: [node, --no-warnings], source: "console.log(1)\n"}
"#
    ), @r#"
      - id: main-at-once-1
        type: io.kestra.plugin.core.flow.Parallel
        tasks:
          - id: shell
            type: io.kestra.plugin.scripts.shell.Commands
            interpreter:
              - bash
              - "-c"
            failFast: false
            commands:
              - "set -x\necho ${A:-{% verbatim %}{{x}}{% endverbatim %}}"
            containerImage: debian
          - id: python
            type: io.kestra.plugin.scripts.python.Script
            script: "print(1)\n"
            containerImage: python
            env:
              TOKEN: "{{ secret('MY_API_TOKEN') }}"
              A: b
              C: "{{ kv('conf.c') }}"
          - id: node
            type: io.kestra.plugin.scripts.shell.Commands
            commands:
              - "node --no-warnings \"$WORKING_DIR\"/script.js"
            containerImage: node
            inputFiles:
              script.js: "console.log(1)\n"

    1.yaml:15: `{{x}}` is not translated: it stays as it is written
    1.yaml:17: note: `C` is the key `conf.c` of the namespace's key-value store: set it
    1.yaml:17: note: `TOKEN` is the secret `MY_API_TOKEN` of the namespace: set it
    "#);
}

#[test]
fn pods_are_described_as_they_were() {
    insta::assert_snapshot!(translated(
        Runner::Kubernetes,
        &[r#"
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: gpu, namespace: jobs}
spec:
  entrypoint: train
  serviceAccountName: trainer
  volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
  templates:
  - name: train
    nodeSelector: {gpu: "true"}
    tolerations: [{key: gpu, operator: Exists}]
    container:
      image: trainer:1
      imagePullPolicy: IfNotPresent
      command: [train]
      resources: {limits: {nvidia.com/gpu: 1}}
      volumeMounts: [{name: data, mountPath: /data}]
"#]
    ), @r#"
    id: gpu
    namespace: argo
    tasks:
      - id: train
        type: io.kestra.plugin.scripts.shell.Commands
        commands:
          - train
        containerImage: trainer:1
        taskRunner:
          type: io.kestra.plugin.kubernetes.runner.Kubernetes
          resources:
            limits:
              nvidia.com/gpu: 1
          pullPolicy: IF_NOT_PRESENT
          nodeSelector:
            gpu: "true"
          serviceAccountName: trainer
          containerSpec:
            volumeMounts:
              - name: data
                mountPath: "/data"
            workingDir: null
          podSpec:
            volumes:
              - name: data
                persistentVolumeClaim:
                  claimName: data
            tolerations:
              - key: gpu
                operator: Exists
    "#);
}

#[test]
fn resources_are_limits_of_docker() {
    let workflow = with(
        "  - name: main\n    container:\n      image: busybox\n      command: [ls]\n      resources: {requests: {cpu: 100m}, limits: {memory: 512Mi, cpu: 500m}}\n",
    );
    insta::assert_snapshot!(translated(Runner::Docker, &[&workflow]), @r#"
    id: w
    namespace: argo
    tasks:
      - id: main
        type: io.kestra.plugin.scripts.shell.Commands
        commands:
          - ls
        containerImage: busybox
        taskRunner:
          type: io.kestra.plugin.scripts.runner.docker.Docker
          memory:
            memory: "512M"
          cpu:
            cpus: 0.5
    "#);
}

#[test]
fn files_are_brought_and_kept_as_they_are() {
    insta::assert_snapshot!(tasks(
        r#"
  - name: main
    steps:
    - - {name: make, template: make, arguments: {parameters: [{name: n, value: "{{workflow.name}}"}]}}
    - - name: use
        template: use
        arguments:
          artifacts:
          - {name: folder, from: "{{steps.make.outputs.artifacts.folder}}", subPath: x}
          - {name: maybe, from: "{{steps.make.outputs.artifacts.maybe}}"}
          - {name: script, raw: {data: "echo"}}
  - name: make
    inputs: {parameters: [{name: n}]}
    container: {image: busybox, command: [make, "{{outputs.artifacts.folder.path}}"]}
    outputs:
      parameters: [{name: p, valueFrom: {path: "/tmp/{{inputs.parameters.n}}", default: "{{inputs.parameters.n}}"}}]
      artifacts: [{name: folder, path: "/out/{{inputs.parameters.n}}"}, {name: maybe, path: /out/maybe, optional: true}]
  - name: use
    inputs:
      artifacts:
      - {name: folder, path: /in}
      - {name: maybe, path: /maybe, optional: true}
      - {name: script, path: /bin/run, mode: 0755}
      - {name: none, path: /none, optional: true, mode: 0644}
    container: {image: busybox, command: [ls]}
"#
    ), @r#"
      - id: make
        type: io.kestra.plugin.scripts.shell.Commands
        commands:
          - "make \"$ARG_1\""
          - "if [ -e \"$WORD_1\" ]; then cp \"$WORD_1\" \"$WORKING_DIR\"/p; else printf %s \"$WORD_2\" > \"$WORKING_DIR\"/p; fi"
          - "if [ -d \"$WORD_3\" ]; then tar -cf - -C \"$WORD_3\" . > \"$WORKING_DIR\"/folder; else cp \"$WORD_3\" \"$WORKING_DIR\"/folder; fi"
          - "[ ! -e /out/maybe ] || { if [ -d /out/maybe ]; then tar -cf - -C /out/maybe . > \"$WORKING_DIR\"/maybe; else cp /out/maybe \"$WORKING_DIR\"/maybe; fi; }"
        containerImage: busybox
        env:
          WORD_1: "/tmp/{{ execution.id }}"
          WORD_2: "{{ execution.id }}"
          WORD_3: "/out/{{ execution.id }}"
          ARG_1: "/out/{{ execution.id }}"
        outputFiles:
          - p
          - folder
          - maybe
      - id: use
        type: io.kestra.plugin.scripts.shell.Commands
        commands:
          - "if tar -tf - < \"$WORKING_DIR\"/folder 2>/dev/null | head -n 1 | grep -qx ./; then mkdir -p /in && tar -xf - -C /in < \"$WORKING_DIR\"/folder; else mkdir -p \"$(dirname /in)\" && cp \"$WORKING_DIR\"/folder /in; fi"
          - "[ ! -s \"$WORKING_DIR\"/maybe ] || { if tar -tf - < \"$WORKING_DIR\"/maybe 2>/dev/null | head -n 1 | grep -qx ./; then mkdir -p /maybe && tar -xf - -C /maybe < \"$WORKING_DIR\"/maybe; else mkdir -p \"$(dirname /maybe)\" && cp \"$WORKING_DIR\"/maybe /maybe; fi; }"
          - "mkdir -p \"$(dirname /bin/run)\" && cp \"$WORKING_DIR\"/script /bin/run && chmod 755 /bin/run"
          - ls
        containerImage: busybox
        inputFiles:
          folder: "{{ outputs.make.outputFiles['folder'] }}"
          maybe: "{{ outputs.make.outputFiles['maybe'] ?? '' }}"
          script: echo

    1.yaml:16: `subPath` of the argument `folder` is not translated
    "#);
}

#[test]
fn flags_of_a_shell_are_kept() {
    insta::assert_snapshot!(tasks(
        r#"
  - name: main
    steps:
    - - {name: script, template: script}
    - - {name: container, template: container}
    - - {name: plain, template: plain}
  - name: script
    script: {image: debian, command: [bash, -e], source: "false\necho\n"}
  - name: container
    container: {image: busybox, command: [sh, -ec], args: ["false; echo"]}
    outputs: {parameters: [{name: a, valueFrom: {path: /a}}]}
  - name: plain
    container: {image: busybox, command: [sh, -ec], args: ["false; echo"]}
"#
    ), @r#"
    - id: script
      type: io.kestra.plugin.scripts.shell.Commands
      commands:
        - "bash -e \"$WORKING_DIR\"/script.bash"
      containerImage: debian
      inputFiles:
        script.bash: "false\necho\n"
    - id: container
      type: io.kestra.plugin.scripts.shell.Commands
      commands:
        - "sh -ec 'false; echo'"
        - "cp /a \"$WORKING_DIR\"/a"
      containerImage: busybox
      outputFiles:
        - a
    - id: plain
      type: io.kestra.plugin.scripts.shell.Commands
      interpreter:
        - sh
        - "-ec"
      failFast: false
      commands:
        - "false; echo"
      containerImage: busybox
    "#);
}

#[test]
fn what_an_image_runs_by_itself_has_limits_too() {
    let workflow = with(
        "  - name: main\n    nodeSelector: {disk: ssd}\n    container: {image: busybox, imagePullPolicy: Always, resources: {limits: {memory: 64Mi}}, securityContext: {runAsUser: 1}}\n",
    );
    insta::assert_snapshot!(translated(Runner::Kubernetes, &[&workflow]), @r#"
    id: w
    namespace: argo
    tasks:
      - id: main
        type: io.kestra.plugin.docker.cli.Run
        pullPolicy: ALWAYS
        memory:
          memory: "64M"
        containerImage: busybox

    1.yaml:9: `nodeSelector` of template `main` is not translated
    1.yaml:10: `securityContext` of template `main` is not translated
    1.yaml:10: note: template `main` runs what its image does by itself, in a container of Docker: with a `command` it becomes a pod
    "#);
}

#[test]
fn headers_may_be_secrets() {
    insta::assert_snapshot!(tasks(
        "  - name: main\n    http: {url: 'http://x', headers: [{name: Authorization, valueFrom: {secretKeyRef: {name: s, key: k}}}]}\n"
    ), @r#"
      - id: main
        type: io.kestra.plugin.core.http.Request
        uri: http://x
        headers:
          Authorization: "{{ secret('S_K') }}"

    1.yaml:9: note: `Authorization` is the secret `S_K` of the namespace: set it
    "#);
}
