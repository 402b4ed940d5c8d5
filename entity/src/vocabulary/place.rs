//! Vocabularies of places.

use super::vocabulary;

vocabulary! {
    #[doc = "Category of a project, as recorded by the programme"]
    Category "category" "Kategorie eines Projekts" {
        LargeCity "large_city" "Großstadt" "Large city",
        MediumTown "medium_town" "Mittelstadt" "Medium-sized town",
        SmallTownOrRuralMunicipality "small_town_or_rural_municipality" "Kleinstadt oder Landgemeinde" "Small town or rural municipality",
        InterMunicipalOrDistrict "inter_municipal_or_district" "Interkommunale Kooperation oder Landkreis" "Inter-municipal cooperation or district",
    }

    #[doc = "Kind of municipality, district or association"]
    MunicipalityKind "municipality_kind" "Art einer Kommune" {
        IndependentCity "independent_city" "Kreisfreie Stadt" "Independent city",
        Town "town" "Stadt" "Town",
        Municipality "municipality" "Gemeinde" "Municipality",
        District "district" "Kreis" "District",
        Association "association" "Gemeindeverband" "Association of municipalities",
    }

    #[doc = "Size class by population alone, with the thresholds of the BBSR: 5,000, 20,000 and 100,000"]
    SizeClass "size_class" "Größenklasse einer Kommune" {
        RuralMunicipality "rural_municipality" "Landgemeinde" "Rural municipality",
        SmallTown "small_town" "Kleinstadt" "Small town",
        MediumTown "medium_town" "Mittelstadt" "Medium-sized town",
        LargeCity "large_city" "Großstadt" "Large city",
    }

    #[doc = "Spatial scope of a solution"]
    SpatialScope "spatial_scope" "Raumbezug einer Lösung" {
        Building "building" "Gebäude" "Building",
        Neighbourhood "neighbourhood" "Quartier" "Neighbourhood",
        CityCentre "city_centre" "Innenstadt" "City centre",
        Citywide "citywide" "Gesamtstadt" "Citywide",
        CityRegion "city_region" "Stadtregion" "City region",
        District "district" "Landkreis" "District",
        InterMunicipal "inter_municipal" "Interkommunal" "Inter-municipal",
        Rural "rural" "Ländlicher Raum" "Rural area",
        State "state" "Land" "State",
        National "national" "Bundesweit" "National",
        NonSpatial "non_spatial" "Ohne Raumbezug" "Non-spatial",
    }

    #[doc = "German federal state by ISO 3166-2 code"]
    FederalState "federal_state" "Bundesland" {
        BadenWuerttemberg "DE-BW" "Baden-Württemberg" "Baden-Württemberg",
        Bavaria "DE-BY" "Bayern" "Bavaria",
        Berlin "DE-BE" "Berlin" "Berlin",
        Brandenburg "DE-BB" "Brandenburg" "Brandenburg",
        Bremen "DE-HB" "Bremen" "Bremen",
        Hamburg "DE-HH" "Hamburg" "Hamburg",
        Hesse "DE-HE" "Hessen" "Hesse",
        MecklenburgVorpommern "DE-MV" "Mecklenburg-Vorpommern" "Mecklenburg-Western Pomerania",
        LowerSaxony "DE-NI" "Niedersachsen" "Lower Saxony",
        NorthRhineWestphalia "DE-NW" "Nordrhein-Westfalen" "North Rhine-Westphalia",
        RhinelandPalatinate "DE-RP" "Rheinland-Pfalz" "Rhineland-Palatinate",
        Saarland "DE-SL" "Saarland" "Saarland",
        Saxony "DE-SN" "Sachsen" "Saxony",
        SaxonyAnhalt "DE-ST" "Sachsen-Anhalt" "Saxony-Anhalt",
        SchleswigHolstein "DE-SH" "Schleswig-Holstein" "Schleswig-Holstein",
        Thuringia "DE-TH" "Thüringen" "Thuringia",
    }
}

impl FederalState {
    /// Returns the two digits that every official key of the federal state begins with.
    pub fn key(self) -> &'static str {
        match self {
            Self::BadenWuerttemberg => "08",
            Self::Bavaria => "09",
            Self::Berlin => "11",
            Self::Brandenburg => "12",
            Self::Bremen => "04",
            Self::Hamburg => "02",
            Self::Hesse => "06",
            Self::MecklenburgVorpommern => "13",
            Self::LowerSaxony => "03",
            Self::NorthRhineWestphalia => "05",
            Self::RhinelandPalatinate => "07",
            Self::Saarland => "10",
            Self::Saxony => "14",
            Self::SaxonyAnhalt => "15",
            Self::SchleswigHolstein => "01",
            Self::Thuringia => "16",
        }
    }
}
