//! The published symbi-runtime library behind its own HTTP servers, with a
//! scripted model, for tests on loopback. State goes to the working directory
//! and to HOME. It stops when standard input ends, so it cannot outlive a test.
//!
//! `realruntime hash SECRET` prints the hash of an API key for keys.json.
//! Otherwise the environment says what to serve:
//!   SYMBIONT_API_TOKEN  bearer token of the management API
//!   REAL_API_PORT       management API, one token
//!   REAL_KEYS_PORT      the same runtime behind the key file keys.json
//!   REAL_RATE_PORT      the same runtime with the rate limit on
//!   REAL_HOOK_PORT      HTTP Input, bearer token REAL_HOOK_TOKEN

mod model;
#[cfg_attr(feature = "governed", path = "governed.rs")]
#[cfg_attr(not(feature = "governed"), path = "classic.rs")]
mod runtime;

use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;

use symbi_runtime::api::api_keys::ApiKeyStore;
use symbi_runtime::api::coordinator::CoordinatorState;
use symbi_runtime::api::server::{HttpApiConfig, HttpApiServer};
use symbi_runtime::escalation::EscalationQueue;
use symbi_runtime::http_input::{HttpInputConfig, HttpInputServer};
use symbi_runtime::reasoning::policy_bridge::DefaultPolicyGate;
use symbi_runtime::types::{AgentConfig, AgentId, ExecutionMode, SecurityTier};
use symbi_runtime::AgentRuntime;
use tokio::io::AsyncReadExt;
use tokio::task::JoinSet;

type Failure = Box<dyn Error + Send + Sync>;

/// The two agents that exist from the start.
const ALPHA: &str = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa";
const BETA: &str = "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb";

fn agent(id: &str, name: &str) -> Result<AgentConfig, Failure> {
    Ok(AgentConfig {
        id: AgentId(id.parse()?),
        name: name.to_owned(),
        dsl_source: format!("agent {name}() {{}}"),
        execution_mode: ExecutionMode::Ephemeral,
        security_tier: SecurityTier::Tier1,
        resource_limits: Default::default(),
        capabilities: Vec::new(),
        policies: Vec::new(),
        metadata: runtime::metadata(),
        priority: Default::default(),
    })
}

fn setting(name: &str) -> Result<String, Failure> {
    std::env::var(name).map_err(|cause| format!("{name}: {cause}").into())
}

fn port(name: &str) -> Result<u16, Failure> {
    Ok(setting(name)?.parse()?)
}

/// Starts one management API over the shared runtime. Nothing is held for approval.
fn serve_api(servers: &mut JoinSet<()>, rt: &Arc<AgentRuntime>, config: HttpApiConfig) {
    let chat = CoordinatorState::new(Arc::new(model::Echo), Arc::new(DefaultPolicyGate::new()), rt.clone());
    let mut server = HttpApiServer::new(config)
        .with_escalation_queue(Arc::new(EscalationQueue::new()))
        .with_runtime_provider(rt.clone())
        .with_coordinator(Arc::new(chat));
    servers.spawn(async move { server.start().await.expect("management API") });
}

fn serve_hook(servers: &mut JoinSet<()>, rt: &Arc<AgentRuntime>) -> Result<(), Failure> {
    let server = HttpInputServer::new(HttpInputConfig {
        port: port("REAL_HOOK_PORT")?,
        auth_header: Some(format!("Bearer {}", setting("REAL_HOOK_TOKEN")?)),
        agent: AgentId(ALPHA.parse()?),
        ..Default::default()
    })
    .with_runtime(rt.clone())
    .with_policy_gate(Arc::new(DefaultPolicyGate::new()))
    .with_inference_provider(Arc::new(model::Echo));
    servers.spawn(async move { server.start().await.expect("HTTP Input") });
    Ok(())
}

async fn end_of_input() {
    let mut rest = [0; 64];
    while matches!(tokio::io::stdin().read(&mut rest).await, Ok(n) if n > 0) {}
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [verb, secret] = arguments.as_slice() {
        if verb == "hash" {
            println!("{}", ApiKeyStore::hash_key(secret).map_err(|cause| cause.to_string())?);
            return Ok(());
        }
    }
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();

    let rt = Arc::new(runtime::start().await?);
    for (id, name) in [(ALPHA, "alpha"), (BETA, "beta")] {
        runtime::register(&rt, agent(id, name)?).await?;
    }
    // No HTTP route can put an agent on the message bus.
    rt.communication.register_agent(AgentId(ALPHA.parse()?)).await?;

    let mut servers = JoinSet::new();
    let api = HttpApiConfig {
        bind_address: "127.0.0.1".to_owned(),
        port: port("REAL_API_PORT")?,
        enable_cors: true,
        enable_tracing: true,
        enable_rate_limiting: false,
        api_keys_file: None,
        serve_agents_md: true,
    };
    let keys = HttpApiConfig {
        port: port("REAL_KEYS_PORT")?,
        api_keys_file: Some(PathBuf::from("keys.json")),
        ..api.clone()
    };
    let rate = HttpApiConfig { port: port("REAL_RATE_PORT")?, enable_rate_limiting: true, ..api.clone() };
    for config in [api, keys, rate] {
        serve_api(&mut servers, &rt, config);
    }
    serve_hook(&mut servers, &rt)?;

    tokio::select! {
        ended = servers.join_next() => return Err(format!("a server ended: {ended:?}").into()),
        () = end_of_input() => {}
    }
    servers.shutdown().await;
    rt.shutdown().await?;
    Ok(())
}
