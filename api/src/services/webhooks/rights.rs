//! Limits of webhooks by the settings of the operator and the scopes of the caller.

use clap::Args;

use super::address::broken_rule;
use super::input::WebhookInput;
use crate::auth::{Caller, Scope, SubmissionsWrite};
use crate::base::error::{Error, Result, Violation};
use crate::base::validation::Checked;

/// Settings of the operator for webhooks.
#[derive(Clone, Debug, Args)]
pub struct WebhookSettings {
    /// Allow webhook endpoints with private and local addresses, and with http. For tests and private networks.
    /// Instances without this setting leave such endpoints to instances with the setting on the same database
    #[arg(long, env = "TRANSFERATLAS_ALLOW_PRIVATE_WEBHOOKS")]
    pub allow_private_webhooks: bool,
}

/// Permissions of a caller that creates or changes a webhook.
pub(super) struct Rights {
    submits: bool,
    private: bool,
}

impl Rights {
    pub(super) fn of(caller: &Caller, settings: &WebhookSettings) -> Self {
        Self { submits: caller.may(SubmissionsWrite::NAME), private: settings.allow_private_webhooks }
    }

    /// Returns valid input. Fails with `Error::Invalid` if a member, such as the URL, is not allowed, and with
    /// `Error::Forbidden` if messages about submissions are requested without `submissions:write`.
    pub(super) fn allowed(&self, mut checked: Checked<WebhookInput>) -> Result<WebhookInput> {
        let is_told = checked.violations.iter().any(|violation| violation.pointer.as_deref() == Some("/url"));
        let broken_rule = checked.value.as_ref().and_then(|input| broken_rule(&input.url, self.private));
        checked
            .add(broken_rule.filter(|_| !is_told).map(|rule| Violation::pointer("/url", rule)).into_iter().collect());
        let input = checked.into_valid()?;
        if input.submissions && !self.submits {
            return Err(Error::Forbidden(SubmissionsWrite::NAME));
        }
        Ok(input)
    }
}
