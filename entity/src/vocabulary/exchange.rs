//! Vocabularies of projects, working groups, learning partnerships and the network.

use super::vocabulary;

vocabulary! {
    #[doc = "Phase of a project"]
    Phase "phase" "Phase eines Projekts" {
        Strategy "strategy" "Strategie" "Strategy",
        Implementation "implementation" "Umsetzung" "Implementation",
        Completed "completed" "Abgeschlossen" "Completed",
    }

    #[doc = "Role of a municipality in a project"]
    ProjectRole "project_role" "Rolle in einem Projekt" {
        Lead "lead" "Federführend" "Lead",
        Partner "partner" "Partner" "Partner",
    }

    #[doc = "Kind of working group or network"]
    WorkingGroupKind "working_group_kind" "Art einer Arbeitsgruppe" {
        WorkingGroup "working_group" "Arbeitsgruppe" "Working group",
        DevelopmentPartnership "development_partnership" "Entwicklungspartnerschaft" "Development partnership",
        Community "community" "Community" "Community",
        RegionalNetwork "regional_network" "Regionales Netzwerk" "Regional network",
        Association "association" "Verband oder Verein" "Association",
        PeerLearning "peer_learning" "Peer-Learning" "Peer learning",
    }

    #[doc = "Status of a working group"]
    WorkingGroupStatus "working_group_status" "Stand einer Arbeitsgruppe" {
        Planned "planned" "Geplant" "Planned",
        Active "active" "Aktiv" "Active",
        Paused "paused" "Pausiert" "Paused",
        Closed "closed" "Beendet" "Closed",
    }

    #[doc = "Audience that may join a working group"]
    OpenTo "open_to" "Offen für" {
        ModelProjects "model_projects" "Modellprojekte" "Model projects",
        AllMunicipalities "all_municipalities" "Alle Kommunen" "All municipalities",
        Public "public" "Alle" "Everybody",
    }

    #[doc = "Role of a member in a working group"]
    GroupRole "group_role" "Rolle in einer Arbeitsgruppe" {
        Chair "chair" "Vorsitz" "Chair",
        Member "member" "Mitglied" "Member",
    }

    #[doc = "Kind of output of a working group"]
    OutputKind "output_kind" "Art eines Ergebnisses" {
        Guide "guide" "Leitfaden" "Guide",
        Study "study" "Studie" "Study",
        Template "template" "Vorlage" "Template",
        Software "software" "Software" "Software",
        Data "data" "Daten" "Data",
        Recording "recording" "Aufzeichnung" "Recording",
        Other "other" "Sonstiges" "Other",
    }

    #[doc = "Format of a learning partnership"]
    PartnershipFormat "partnership_format" "Form einer Lernpartnerschaft" {
        Bilateral "bilateral" "Zu zweit" "Bilateral",
        Multilateral "multilateral" "Zu mehreren" "Multilateral",
        PeerLearning "peer_learning" "Peer-Learning" "Peer learning",
        CrossBorder "cross_border" "Grenzüberschreitend" "Cross-border",
        Mentoring "mentoring" "Mentoring" "Mentoring",
    }

    #[doc = "Status of a learning partnership"]
    PartnershipStatus "partnership_status" "Stand einer Lernpartnerschaft" {
        Planned "planned" "Geplant" "Planned",
        Open "open" "Offen für weitere" "Open to more",
        Running "running" "Läuft" "Running",
        Completed "completed" "Abgeschlossen" "Completed",
    }

    #[doc = "Role of a partner in a learning partnership"]
    PartnerRole "partner_role" "Rolle in einer Lernpartnerschaft" {
        Giver "giver" "Gebend" "Giver",
        Receiver "receiver" "Nehmend" "Receiver",
        Partner "partner" "Partner" "Partner",
    }

    #[doc = "Kind of connection between municipalities or projects"]
    EdgeKind "edge_kind" "Art einer Beziehung" {
        Membership "membership" "Trägerschaft eines Projekts" "Carrying a project",
        SharedProject "shared_project" "Gemeinsames Projekt" "Shared project",
        WorkingGroup "working_group" "Gemeinsame Arbeitsgruppe" "Shared working group",
        LearningPartnership "learning_partnership" "Gemeinsame Lernpartnerschaft" "Shared learning partnership",
        Transfer "transfer" "Transfer" "Transfer",
    }
}
