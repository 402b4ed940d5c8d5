//! Vocabularies of submissions, reviews and webhook deliveries.

use super::vocabulary;

vocabulary! {
    #[doc = "Stage of a submission"]
    Stage "stage" "Stand einer Einreichung" {
        Draft "draft" "Entwurf" "Draft",
        Submitted "submitted" "Eingereicht" "Submitted",
        ChangesRequested "changes_requested" "Überarbeitung erbeten" "Changes requested",
        Published "published" "Veröffentlicht" "Published",
        Rejected "rejected" "Abgelehnt" "Rejected",
        Withdrawn "withdrawn" "Zurückgezogen" "Withdrawn",
    }

    #[doc = "Step of a review"]
    ReviewAction "review_action" "Schritt einer Prüfung" {
        Submit "submit" "Einreichen" "Submit",
        Withdraw "withdraw" "Zurückziehen" "Withdraw",
        RequestChanges "request_changes" "Überarbeitung erbitten" "Request changes",
        Reject "reject" "Ablehnen" "Reject",
        Publish "publish" "Veröffentlichen" "Publish",
        Reopen "reopen" "Wieder aufnehmen" "Reopen",
    }

    #[doc = "Purpose of a submission"]
    Purpose "purpose" "Zweck einer Einreichung" {
        Publish "publish" "Eintrag veröffentlichen" "Publish the entry",
        Withdraw "withdraw" "Eintrag zurückziehen" "Withdraw the entry",
    }

    #[doc = "Side that wrote a comment"]
    Side "side" "Seite einer Prüfung" {
        Municipality "municipality" "Kommune" "Municipality",
        Review "review" "Prüfung" "Review",
    }

    #[doc = "State of a webhook delivery"]
    DeliveryState "delivery_state" "Stand einer Zustellung" {
        Pending "pending" "Steht aus" "Pending",
        Delivered "delivered" "Zugestellt" "Delivered",
        Failed "failed" "Gescheitert" "Failed",
    }
}
