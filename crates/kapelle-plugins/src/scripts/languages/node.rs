//! JavaScript with Node.js. Programs of Python that it starts are told not to hold their output back.

use crate::scripts::language::{Facts, Language, Nothing};

pub(in crate::scripts) struct Node;

impl Language for Node {
    const FACTS: Facts = Facts {
        name: "Node.js",
        script_type: "io.kestra.plugin.scripts.node.Script",
        commands_type: "io.kestra.plugin.scripts.node.Commands",
        image: "node",
        ending: ".js",
        program: &["node"],
        environment: &[("PYTHONUNBUFFERED", "true"), ("PIP_ROOT_USER_ACTION", "ignore")],
        ..Facts::USUAL
    };
    type OfScript = Nothing;
    type OfCommands = Nothing;
}
