//! A model that needs no network: what it answers depends on the last user message only.

use std::time::Duration;

use async_trait::async_trait;
use symbi_runtime::reasoning::conversation::{Conversation, MessageRole};
use symbi_runtime::reasoning::inference::{
    FinishReason, InferenceError, InferenceOptions, InferenceProvider, InferenceResponse, Usage,
};

const NAME: &str = "scripted-1";

/// Echoes the last user message. `SLOW` in it delays the answer, `FAIL` refuses it.
pub struct Echo;

#[async_trait]
impl InferenceProvider for Echo {
    async fn complete(
        &self,
        conversation: &Conversation,
        _options: &InferenceOptions,
    ) -> Result<InferenceResponse, InferenceError> {
        let asked = conversation
            .messages()
            .iter()
            .filter(|message| message.role == MessageRole::User)
            .next_back()
            .map_or("", |message| message.content.as_str());
        if asked.contains("SLOW") {
            tokio::time::sleep(Duration::from_secs(3)).await;
        }
        if asked.contains("FAIL") {
            return Err(InferenceError::ModelUnavailable(NAME.to_owned()));
        }
        Ok(InferenceResponse {
            content: format!("echo: {asked}"),
            tool_calls: Vec::new(),
            finish_reason: FinishReason::Stop,
            usage: Usage { prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 },
            model: NAME.to_owned(),
        })
    }

    fn provider_name(&self) -> &str {
        "scripted"
    }

    fn default_model(&self) -> &str {
        NAME
    }

    fn supports_native_tools(&self) -> bool {
        false
    }

    fn supports_structured_output(&self) -> bool {
        false
    }
}
