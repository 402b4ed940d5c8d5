//! Start and stop of background tasks, and detection of tasks that panic.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use actix_web::rt;
use futures_util::FutureExt;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The background tasks of one service. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Tasks {
    tracker: TaskTracker,
    stopping: CancellationToken,
    /// Name of the first task that panicked.
    failed: Arc<OnceLock<&'static str>>,
}

impl Tasks {
    /// Starts a task that is cancelled when the service stops. Must be called inside an actix system.
    pub(crate) fn spawn(&self, name: &'static str, task: impl Future<Output = ()> + 'static) {
        let stopping = self.stopping.clone();
        self.spawn_to_end(name, async move {
            stopping.run_until_cancelled(task).await;
        });
    }

    /// Starts a task that is not cancelled: it ends by itself when the service stops. Must be called inside an actix
    /// system.
    pub(crate) fn spawn_to_end(&self, name: &'static str, task: impl Future<Output = ()> + 'static) {
        let (failed, stopping) = (self.failed.clone(), self.stopping.clone());
        rt::spawn(self.tracker.track_future(async move {
            if AssertUnwindSafe(task).catch_unwind().await.is_err() {
                tracing::error!(task = name, "a background task panicked; restart the service");
                let _ = failed.set(name);
            } else if !stopping.is_cancelled() {
                tracing::debug!(task = name, "a background task has ended");
            }
        }));
    }

    /// Returns the name of the first task that panicked. After a panic, the service reports that it is not ready, so
    /// that the operator restarts it.
    pub(crate) fn failed(&self) -> Option<&'static str> {
        self.failed.get().copied()
    }

    /// Cancels all tasks, and waits up to `patience` for their end.
    pub(crate) async fn stop(&self, patience: Duration) {
        self.stopping.cancel();
        self.tracker.close();
        if tokio::time::timeout(patience, self.tracker.wait()).await.is_err() {
            tracing::warn!(tasks = self.tracker.len(), "background tasks did not end within the time limit");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    #[actix_web::test]
    async fn panicked_task_is_reported_by_name() {
        let tasks = Tasks::default();
        tasks.spawn("sound", async {});
        tokio::task::yield_now().await;
        assert_eq!(tasks.failed(), None);

        tasks.spawn("broken", async { unreachable!("this task panics") });
        tokio::task::yield_now().await;

        assert_eq!(tasks.failed(), Some("broken"));
    }

    #[actix_web::test]
    async fn stop_waits_for_tasks_that_run_to_their_end() {
        let (tasks, ended) = (Tasks::default(), Arc::new(OnceLock::new()));
        let last = ended.clone();
        tasks.spawn("endless", pending());
        tasks.spawn_to_end("last words", async move {
            tokio::time::sleep(Duration::from_millis(20)).await;
            let _ = last.set(());
        });

        tasks.stop(Duration::from_secs(5)).await;

        assert!(ended.get().is_some() && tasks.tracker.is_empty());
    }
}
