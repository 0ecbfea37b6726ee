//! The end of a commit: the rows are checked and written, or their lines are refused.

use pledgegraph_live::{CommitError, Receipt, Refusal, WriteError};
use pledgegraph_wire::answers::list::version_of;
use pledgegraph_wire::problem::Problem;
use pledgegraph_wire::refusal::FieldError;

use super::{MOST_ERRORS, Run};
use crate::error::ApiError;
use crate::import::refusal;
use crate::import::spool::Spool;

/// How often a commit is tried while others hold the right to write.
const TRIES: usize = 12;

impl Run {
    /// Commits what is staged of a batch, without the lines that are refused.
    pub(super) async fn close_batch(&mut self) -> Result<(), ApiError> {
        if !self.open {
            return Ok(());
        }
        if self.staged.is_empty() {
            self.import.rows.give_up().await.map_err(refusal::of_database)?;
        } else {
            self.commit_batch().await?;
        }
        (self.open, self.bytes) = (false, 0);
        for body in std::mem::take(&mut self.staged) {
            self.tell(&body)?;
        }
        self.spool.as_mut().map_or(Ok(()), Spool::flush).map_err(ApiError::of_temporary_file)
    }

    async fn commit_batch(&mut self) -> Result<(), ApiError> {
        loop {
            let refusals = self.import.rows.check().await.map_err(refusal::of_database)?;
            let refusals = if refusals.is_empty() {
                match self.commit().await? {
                    Ok(()) => return Ok(()),
                    Err(refusals) => refusals,
                }
            } else {
                refusals
            };
            self.leave_out(refusals).await?;
        }
    }

    /// Takes the lines that are refused out of the batch.
    async fn leave_out(&mut self, refusals: Vec<Refusal>) -> Result<(), ApiError> {
        let nameless = refusals.iter().any(|refusal| refusal.line == 0);
        let mut left_out = Vec::new();
        for body in std::mem::take(&mut self.staged) {
            let number = body.line.cast_signed();
            let of_line = refusals.iter().filter(|refusal| refusal.line == number || refusal.line == 0);
            let errors: Vec<FieldError> = of_line.map(|refusal| refusal::of_line(&refusal.error)).collect();
            if errors.is_empty() {
                self.staged.push(body);
            } else {
                left_out.push(number);
                self.fail(body.line, errors)?;
            }
        }
        if left_out.is_empty() && !nameless {
            return Err(ApiError::internal("a row is refused that is of no line"));
        }
        self.import.rows.leave_out(&left_out).await.map_err(refusal::of_database)
    }

    /// Commits what is staged, and waits while others write.
    async fn commit(&mut self) -> Result<Result<(), Vec<Refusal>>, ApiError> {
        for tried in 1.. {
            match self.import.commit(&self.origin).await {
                Ok(receipt) => {
                    self.committed(receipt.as_ref());
                    break;
                }
                Err(CommitError::Refused(refusals)) => return Ok(Err(refusals)),
                Err(CommitError::Failed(WriteError::Busy)) if tried < TRIES => {}
                Err(CommitError::Failed(error)) => return Err(refusal::of_database(error)),
            }
        }
        Ok(Ok(()))
    }

    fn committed(&mut self, receipt: Option<&Receipt>) {
        if let Some(Receipt { seq, chain, .. }) = receipt {
            self.summary.version = version_of(*seq, *chain);
            self.summary.commits += 1;
        }
    }

    /// Commits the whole import, or nothing.
    pub(super) async fn close_whole(&mut self) -> Result<(), ApiError> {
        if self.error_count == 0 {
            let refusals = self.import.rows.check().await.map_err(refusal::of_database)?;
            self.refuse(&refusals);
        }
        if self.error_count == 0 && !self.settings.dry_run {
            match self.commit().await? {
                Ok(()) => return Ok(()),
                Err(refusals) => self.refuse(&refusals),
            }
        }
        self.import.rows.give_up().await.map_err(refusal::of_database)?;
        if self.error_count == 0 { Ok(()) } else { Err(self.refusal()) }
    }

    fn refuse(&mut self, refusals: &[Refusal]) {
        for refusal in refusals {
            self.note(refusal.line.cast_unsigned(), vec![refusal::of_line(&refusal.error)]);
        }
    }

    /// The answer to a whole import that has errors.
    fn refusal(&mut self) -> ApiError {
        let listed = self.errors.len();
        let detail = match self.error_count {
            1 => "one line is refused, so nothing was written".to_owned(),
            many if many > listed => {
                format!("there are {many} errors, of which the first {listed} are listed; nothing was written")
            }
            many => format!("there are {many} errors; nothing was written"),
        };
        // Lines that are all too long are no fault of their content.
        let too_long = self.errors.iter().all(|error| error.code == Problem::ContentTooLarge.slug());
        let problem = if too_long { Problem::ContentTooLarge } else { Problem::Validation };
        ApiError::new(problem, detail).with_errors(std::mem::take(&mut self.errors))
    }

    /// Takes note of what is wrong with a line.
    pub(super) fn note(&mut self, number: u64, errors: Vec<FieldError>) {
        self.error_count += errors.len();
        let room = MOST_ERRORS.saturating_sub(self.errors.len());
        self.errors.extend(errors.into_iter().take(room).map(|mut error| {
            error.pointer = Some(format!("/lines/{number}{}", error.pointer.unwrap_or_default()));
            error
        }));
    }
}
