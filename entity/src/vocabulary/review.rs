//! How what is submitted is reviewed.

use super::vocabulary;

vocabulary! {
    #[doc = "Where a submission stands"]
    Stage "stage" {
        Draft "draft" "Entwurf" "Draft",
        Submitted "submitted" "Eingereicht" "Submitted",
        ChangesRequested "changes_requested" "Überarbeitung erbeten" "Changes requested",
        Published "published" "Veröffentlicht" "Published",
        Rejected "rejected" "Abgelehnt" "Rejected",
        Withdrawn "withdrawn" "Zurückgezogen" "Withdrawn",
    }

    #[doc = "A step of a review"]
    ReviewAction "review_action" {
        Submit "submit" "Einreichen" "Submit",
        Withdraw "withdraw" "Zurückziehen" "Withdraw",
        RequestChanges "request_changes" "Überarbeitung erbitten" "Request changes",
        Reject "reject" "Ablehnen" "Reject",
        Publish "publish" "Veröffentlichen" "Publish",
        Reopen "reopen" "Wieder aufnehmen" "Reopen",
    }

    #[doc = "What a submission asks for"]
    Purpose "purpose" {
        Publish "publish" "Eintrag veröffentlichen" "Publish the entry",
        Withdraw "withdraw" "Eintrag zurückziehen" "Withdraw the entry",
    }

    #[doc = "From which side a comment comes"]
    Side "side" {
        Municipality "municipality" "Kommune" "Municipality",
        Review "review" "Prüfung" "Review",
    }

    #[doc = "How it stands with a delivery to a webhook"]
    DeliveryState "delivery_state" {
        Pending "pending" "Steht aus" "Pending",
        Delivered "delivered" "Zugestellt" "Delivered",
        Failed "failed" "Gescheitert" "Failed",
    }
}
