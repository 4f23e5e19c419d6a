//! Runtime up to 1.20: agents are placed, nothing asks a model, and schedules
//! have a scheduler of their own.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use symbi_runtime::scheduler::DefaultAgentScheduler;
use symbi_runtime::types::AgentConfig;
use symbi_runtime::{AgentRuntime, CronScheduler, CronSchedulerConfig, RuntimeConfig, SchedulerConfig};

use crate::Failure;

/// Asks for nothing: the pool of a small host is never given back, and one
/// agent that cannot be placed blocks the queue for all.
pub fn metadata() -> HashMap<String, String> {
    let wanted = r#"{"min_memory_mb":0,"max_memory_mb":0,"min_cpu_cores":0.0,"max_cpu_cores":0.0,"disk_space_mb":0,"network_bandwidth_mbps":0}"#;
    HashMap::from([("resource_requirements".to_owned(), wanted.to_owned())])
}

pub async fn register(rt: &AgentRuntime, config: AgentConfig) -> Result<(), Failure> {
    rt.scheduler.schedule_agent(config).await?;
    Ok(())
}

pub async fn start() -> Result<AgentRuntime, Failure> {
    let rt = AgentRuntime::new(RuntimeConfig::default()).await?;
    let scheduler = Arc::new(DefaultAgentScheduler::new(SchedulerConfig::default()).await?);
    let ticks = CronSchedulerConfig { tick_interval: Duration::from_millis(200), ..Default::default() };
    let cron = CronScheduler::new(ticks, scheduler).await?;
    Ok(rt.with_cron_scheduler(Arc::new(cron)))
}
