-- ISO days sort as text, so the front page finds the soonest releases without reading every document
CREATE INDEX dataset_next_release ON catalog.dataset ((page #>> '{metadata,jadwal_rilis_berikut}'))
    WHERE page #>> '{metadata,jadwal_rilis_berikut}' IS NOT NULL;
