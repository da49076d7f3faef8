use super::*;

/// What the flow itself says of the cluster, as the file has it.
fn connection(world: &World) -> String {
    let path = world.stage.context().host.setting(KUBECONFIG).unwrap();
    let tree = plain::from_yaml(&std::fs::read_to_string(path).unwrap()).unwrap();
    let file = super::super::data::json(&tree).unwrap();
    let (cluster, user) = (&file["clusters"][0]["cluster"], &file["users"][0]["user"]);
    let part = |of: &Json, data: &str, file: &str| match of[data].as_str() {
        Some(data) => Json::from(data),
        None => Json::from(std::fs::read_to_string(of[file].as_str().unwrap()).unwrap()),
    };
    serde_json::json!({
        "masterUrl": cluster["server"],
        "caCertData": part(cluster, "certificate-authority-data", "certificate-authority"),
        "clientCertData": part(user, "client-certificate-data", "client-certificate"),
        "clientKeyData": part(user, "client-key-data", "client-key"),
    })
    .to_string()
}

#[tokio::test]
async fn objects_are_applied_looked_at_changed_and_deleted() {
    let Some(world) = World::open().await else { return };
    let (cx, name) = (world.context(0), format!("k{}", world.run));
    let connection = connection(&world);
    let apply = |words: &str| {
        format!(
            "connection: {connection}\nspec: |\n  apiVersion: v1\n  kind: ConfigMap\n  metadata:\n    name: {name}\n    labels: {{of: {name}}}\n  \
             data:\n    words: {words}\n  ---\n  apiVersion: v1\n  kind: ServiceAccount\n  metadata:\n    name: {name}\n"
        )
    };
    let given = json(&ran(&cx, "kubernetes.kubectl.Apply", &apply("one")).await.unwrap());
    assert_eq!(
        (&given["metadata"][0]["name"], given["metadata"].as_array().unwrap().len()),
        (&Json::from(&*name), 2)
    );
    ran(&cx, "kubernetes.kubectl.Apply", &apply("two")).await.unwrap();
    let path = format!("/api/v1/namespaces/default/configmaps/{name}");
    let data = async || world.api.ask::<Json>(Asked::get(&path)).await.unwrap()["data"].clone();
    assert_eq!(data().await["words"], "two");
    for (strategy, patch) in [
        ("STRATEGIC_MERGE", "data: {a: '1'}"),
        ("JSON_MERGE", "data: {b: '2'}"),
        ("JSON_PATCH", "[{op: add, path: /data/c, value: '3'}]"),
    ] {
        let patch =
            format!("resourceType: cm\nresourceName: {name}\npatchStrategy: {strategy}\npatch: \"{patch}\"");
        let given = json(&ran(&cx, "kubernetes.kubectl.Patch", &patch).await.unwrap());
        assert_eq!(given["metadata"]["name"], *name);
    }
    assert_eq!(data().await, serde_json::json!({"words": "two", "a": "1", "b": "2", "c": "3"}));
    let get = |more: &str| format!("resourceType: ConfigMap\nresourcesNames: [{name}]\n{more}");
    let given = json(&ran(&cx, "kubernetes.kubectl.Get", &get("fetchType: FETCH_ONE")).await.unwrap());
    assert_eq!((&given["metadataItem"]["name"], &given["size"]), (&Json::from(&*name), &1.into()));
    let given = json(&ran(&cx, "kubernetes.kubectl.Get", &get("fetchType: STORE")).await.unwrap());
    let content = world.stage.content(given["uri"].as_str().unwrap());
    assert!(content.contains(&name) && content.ends_with('\n'), "{content}");
    let all = json(
        &ran(&cx, "kubernetes.kubectl.Get", "resourceType: serviceaccounts\nfetchType: FETCH").await.unwrap(),
    );
    assert!(all["size"].as_u64().unwrap() >= 2 && all["statusItems"].is_array(), "{all}");
    for kind in ["configmap", "sa"] {
        let delete = format!("resourceType: {kind}\nresourcesNames: [{name}]");
        ran(&cx, "kubernetes.kubectl.Delete", &delete).await.unwrap();
    }
    let broken = ran(&cx, "kubernetes.kubectl.Get", &get("")).await.unwrap_err();
    assert!(broken.failure.to_string().contains("status 404"), "{}", broken.failure);
}

#[tokio::test]
async fn a_deployment_is_waited_for_scaled_and_restarted() {
    let Some(world) = World::open().await else { return };
    let (cx, name) = (world.context(0), format!("d{}", world.run));
    let manifest = format!(
        "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: {name}}}, spec: {{replicas: 1, selector: {{matchLabels: {{app: \
         {name}}}}}, template: {{metadata: {{labels: {{app: {name}}}}}, spec: {{terminationGracePeriodSeconds: 1, containers: \
         [{{name: a, image: '{IMAGE}', command: [sleep, '1000']}}]}}}}}}}}"
    );
    let apply = format!("waitUntilReady: PT1M\nspec: \"{manifest}\"");
    ran(&cx, "kubernetes.kubectl.Apply", &apply).await.unwrap();
    let patch = format!(
        "resourceType: deploy\nresourceName: {name}\nwaitUntilReady: PT1M\npatch: 'spec: {{replicas: 2}}'"
    );
    let given = json(&ran(&cx, "kubernetes.kubectl.Patch", &patch).await.unwrap());
    assert_eq!(
        (&given["status"]["status"]["readyReplicas"], &given["status"]["readyReplicas"]),
        (&2.into(), &2.into())
    );
    let restart = format!("resourceType: Deployment\nresourcesNames: [{name}]\nwaitUntilReady: PT1M");
    ran(&cx, "kubernetes.kubectl.Restart", &restart).await.unwrap();
    let late = format!(
        "resourceType: deploy\nresourceName: {name}\nwaitUntilReady: PT2S\npatch: 'spec: {{template: {{spec: {{nodeSelector: {{no: such}}}}}}}}'"
    );
    let broken = ran(&cx, "kubernetes.kubectl.Patch", &late).await.unwrap_err();
    assert!(
        broken.failure.to_string().contains("is not ready after PT2S (`waitUntilReady`)"),
        "{}",
        broken.failure
    );
    let delete = format!("resourceType: deployments.apps\nresourcesNames: [{name}]");
    ran(&cx, "kubernetes.kubectl.Delete", &delete).await.unwrap();
}

#[tokio::test]
async fn what_the_cluster_does_not_know_is_told() {
    let Some(world) = World::open().await else { return };
    let cx = world.context(0);
    for (task, properties, words) in [
        ("Get", "resourceType: shirts", "the cluster knows no kind of objects `shirts`"),
        ("Get", "resourceType: pods\napiGroup: no.such", "status 404"),
        (
            "Apply",
            "spec: '{apiVersion: no.such/v1, kind: Shirt, metadata: {name: a}}'",
            "the cluster knows no `Shirt` of `no.such/v1`",
        ),
        ("Patch", "resourceType: cm\nresourceName: no-such\npatch: '{}'", "status 404"),
        (
            "Restart",
            "resourceType: StatefulSet\nresourcesNames: [no-such]",
            "StatefulSet `no-such` cannot be restarted",
        ),
    ] {
        let broken = ran(&cx, &format!("kubernetes.kubectl.{task}"), properties).await.unwrap_err();
        let message = broken.failure.to_string();
        assert!(message.contains(words), "{message}");
    }
}
