//! Runtime 1.21 and later: submissions become governed runs of the project in
//! the working directory.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use symbi_runtime::reasoning::policy_bridge::DefaultPolicyGate;
use symbi_runtime::scheduler::execution::GovernedAgentExecutor;
use symbi_runtime::scheduler::DefaultAgentScheduler;
use symbi_runtime::types::AgentConfig;
use symbi_runtime::{AgentRuntime, CronScheduler, CronSchedulerConfig, RuntimeConfig};

use crate::{model::Echo, Failure};

pub fn metadata() -> HashMap<String, String> {
    HashMap::new()
}

pub async fn register(rt: &AgentRuntime, config: AgentConfig) -> Result<(), Failure> {
    rt.scheduler.register_agent(config).await?;
    Ok(())
}

/// The runtime with its scheduler replaced by one whose runs ask our model.
pub async fn start() -> Result<AgentRuntime, Failure> {
    let config = RuntimeConfig::default();
    let scheduling = config.scheduler.clone();
    let mut rt = AgentRuntime::new(config).await?;
    rt.scheduler.shutdown().await?;
    let executor = GovernedAgentExecutor::new(&std::env::current_dir()?)?
        .with_provider(Arc::new(Echo))
        .with_policy_gate(Arc::new(DefaultPolicyGate::new()));
    rt.scheduler =
        Arc::new(DefaultAgentScheduler::new_with_executor(scheduling, None, Arc::new(executor)).await?);
    let ticks = CronSchedulerConfig { tick_interval: Duration::from_millis(200), ..Default::default() };
    let cron = CronScheduler::new(ticks, rt.scheduler.clone()).await?;
    Ok(rt.with_cron_scheduler(Arc::new(cron)))
}
