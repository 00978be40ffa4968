//! Vectors in Qdrant, over gRPC.
//!
//! Organizations share a collection: their id is a tenant key, for which Qdrant builds separate
//! graphs, and it comes first in every filter of this adapter. If an organization has many
//! passages, the graph is searched approximately, at Qdrant's defaults.
//!
//! Invariants:
//!
//! - A point is an entry, by [`Entry::id`], except the one with the nil id: it holds the
//!   collection's [`State`], belongs to no organization, and so is never found.
//! - Writes are waited for. `replace` inserts new points before it removes old ones, and may be
//!   repeated from the start after any failure.
//! - The API key is in no error and no debug output.

mod address;
mod failure;
mod payload;

use super::rules::{check_dimensions, check_name, distinct, other_dimensions, unit};
use super::{Collection, Entry, Filters, MAX_LIMIT, Neighbor, SessionInfo, State};
use super::{VectorError, VectorStore};
use address::Address;
use async_trait::async_trait;
use debrief_domain::ids::OrganizationId;
use debrief_domain::subject::Subject;
use failure::{Failures, is_there_already};
use qdrant_client::Qdrant;
use qdrant_client::qdrant::point_id::PointIdOptions;
use qdrant_client::qdrant::vectors_config::Config;
use qdrant_client::qdrant::{
    Condition, CreateCollectionBuilder, CreateFieldIndexCollectionBuilder, DeletePointsBuilder,
    Distance, Filter, GetPointsBuilder, HnswConfigDiffBuilder, PointId, PointStruct, PointsIdsList,
    Query, QueryPointsBuilder, ScrollPointsBuilder, SearchParamsBuilder, SetPayloadPointsBuilder,
    UpsertPointsBuilder, VectorParamsBuilder,
};
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::time::Duration;
use uuid::Uuid;

const CONNECT: Duration = Duration::from_secs(5);
const CALL: Duration = Duration::from_secs(10);
/// Points written per call.
const UPSERT: usize = 256;
/// Points listed per call.
const PAGE: u32 = 1_000;
/// Links of a node in an organization's graph; Qdrant's default for graphs.
const LINKS: u64 = 16;
/// The point that holds the state.
const STATE: Uuid = Uuid::nil();

/// A [`VectorStore`] in Qdrant.
pub struct QdrantStore {
    client: Qdrant,
    prefix: String,
    failures: Failures,
}

impl fmt::Debug for QdrantStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QdrantStore").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

impl QdrantStore {
    /// Opens the store at `address`, `http://HOST:6334?prefix=debrief`. Does not connect yet.
    pub fn open(address: &str, key: Option<&str>) -> Result<Self, VectorError> {
        let address = Address::parse(address)?;
        let mut config = Qdrant::from_url(&address.server)
            .connect_timeout(CONNECT)
            .timeout(CALL)
            .skip_compatibility_check(); // which would block, and print
        config.api_key = key.map(str::to_owned);
        let client = config
            .build()
            .map_err(|_| VectorError::Config("Qdrant's address is malformed".to_owned()))?;
        Ok(Self { client, prefix: address.prefix, failures: Failures::new(key) })
    }

    /// Returns the collection's name in Qdrant. Neither part contains an underscore, so no two
    /// pairs of prefix and name give the same result.
    fn named(&self, collection: &Collection) -> Result<String, VectorError> {
        check_name(collection)?;
        Ok(format!("{}_{collection}", self.prefix))
    }

    /// Creates the collection if it does not exist, and indexes that an interrupted call did not
    /// create.
    async fn make(&self, name: &str, dimensions: usize) -> Result<(), VectorError> {
        let vectors = VectorParamsBuilder::new(dimensions as u64, Distance::Cosine);
        // No graph over all points: no search spans organizations.
        let graph = HnswConfigDiffBuilder::default().m(0).payload_m(LINKS);
        let create = CreateCollectionBuilder::new(name).vectors_config(vectors).hnsw_config(graph);
        match self.client.create_collection(create).await {
            Err(error) if is_there_already(&error) => {}
            result => drop(self.failures.tell(result)?),
        }
        let info = self.failures.tell(self.client.collection_info(name).await)?;
        let params = info.result.and_then(|it| it.config?.params?.vectors_config?.config);
        match params {
            Some(Config::Params(params)) if params.size == dimensions as u64 => {}
            Some(Config::Params(params)) => {
                return Err(other_dimensions(params.size as usize, dimensions));
            }
            _ => {
                return Err(VectorError::Other(
                    "the collection was created by another program".to_owned(),
                ));
            }
        }
        for (field, kind, params) in payload::indexes() {
            let index = CreateFieldIndexCollectionBuilder::new(name, field, kind)
                .field_index_params(params)
                .wait(true);
            self.failures.tell(self.client.create_field_index(index).await)?;
        }
        Ok(())
    }

    /// Returns the ids that match a filter.
    async fn ids(&self, name: &str, filter: &Filter) -> Result<HashSet<Uuid>, VectorError> {
        let mut ids = HashSet::new();
        let mut offset = None;
        loop {
            let mut scroll = ScrollPointsBuilder::new(name)
                .filter(filter.clone())
                .limit(PAGE)
                .with_payload(false)
                .with_vectors(false);
            if let Some(offset) = offset {
                scroll = scroll.offset::<PointId>(offset);
            }
            let page = self.failures.tell(self.client.scroll(scroll).await)?;
            ids.extend(page.result.into_iter().filter_map(|point| uuid(point.id)));
            offset = page.next_page_offset;
            if offset.is_none() {
                return Ok(ids);
            }
        }
    }

    async fn state(&self, name: &str) -> Result<Option<State>, VectorError> {
        let get = GetPointsBuilder::new(name, [PointId::from(STATE)])
            .with_payload(true)
            .with_vectors(false);
        let found = self.failures.tell(self.client.get_points(get).await)?;
        Ok(found.result.into_iter().next().and_then(|point| payload::to_state(&point.payload)))
    }

    async fn upsert(&self, name: &str, points: Vec<PointStruct>) -> Result<(), VectorError> {
        let upsert = UpsertPointsBuilder::new(name, points).wait(true);
        self.failures.tell(self.client.upsert_points(upsert).await).map(drop)
    }
}

#[async_trait]
impl VectorStore for QdrantStore {
    async fn collections(&self) -> Result<Vec<(String, State)>, VectorError> {
        let list = self.failures.tell(self.client.list_collections().await)?;
        let mut collections = Vec::new();
        for found in list.collections {
            let name = found.name.strip_prefix(&self.prefix).and_then(|it| it.strip_prefix('_'));
            let Some(name) = name.filter(|it| check_name(it).is_ok()) else { continue };
            match self.state(&found.name).await {
                Ok(Some(state)) => collections.push((name.to_owned(), state)),
                Ok(None) | Err(VectorError::Gone(_)) => {}
                Err(error) => return Err(error),
            }
        }
        collections.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(collections)
    }

    async fn put_state(
        &self,
        collection: &Collection,
        state: &State,
        dimensions: Option<usize>,
    ) -> Result<(), VectorError> {
        let name = self.named(collection)?;
        let size = match dimensions {
            Some(dimensions) => {
                check_dimensions(dimensions)?;
                self.make(&name, dimensions).await?;
                dimensions
            }
            None => {
                let info = self.failures.tell(self.client.collection_info(&name).await)?;
                match info.result.and_then(|it| it.config?.params?.vectors_config?.config) {
                    Some(Config::Params(params)) => params.size as usize,
                    _ => return Err(VectorError::Gone("their dimensions".to_owned())),
                }
            }
        };
        // A point needs a vector; no search finds it by this one.
        let mut vector = vec![0.0; size];
        vector[..1].fill(1.0);
        let point = PointStruct::new(STATE.to_string(), vector, payload::of_state(state)?);
        self.upsert(&name, vec![point]).await
    }

    async fn drop_collection(&self, collection: &Collection) -> Result<(), VectorError> {
        let name = self.named(collection)?;
        match self.failures.tell(self.client.delete_collection(name).await) {
            Ok(_) | Err(VectorError::Gone(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn known(
        &self,
        collection: &Collection,
        organization: OrganizationId,
        subject: Subject,
    ) -> Result<HashSet<Uuid>, VectorError> {
        let name = self.named(collection)?;
        self.ids(&name, &payload::session_filter(organization, subject)).await
    }

    async fn replace(
        &self,
        collection: &Collection,
        session: &SessionInfo,
        entries: &[Entry],
    ) -> Result<(), VectorError> {
        let name = self.named(collection)?;
        let entries = distinct(entries);
        let filter = payload::session_filter(session.organization, session.subject);
        let (mut new, mut kept) = (Vec::new(), Vec::new());
        for entry in &entries {
            match &entry.vector {
                Some(vector) => new.push((entry, unit(vector)?)),
                None => kept.push(entry),
            }
        }
        if !kept.is_empty() {
            let known = self.ids(&name, &filter).await?;
            if kept.iter().any(|entry| !known.contains(&entry.id)) {
                let text = "a vector to keep is missing";
                return Err(VectorError::Gone(text.to_owned()));
            }
        }
        for batch in new.chunks(UPSERT) {
            let points = batch.iter().map(|(entry, vector)| {
                let payload = payload::of_entry(session, entry);
                PointStruct::new(entry.id.to_string(), vector.clone(), payload)
            });
            self.upsert(&name, points.collect()).await?;
        }
        for (particulars, ids) in alike(&kept) {
            let set = SetPayloadPointsBuilder::new(&name, payload::of_entry(session, particulars))
                .points_selector(PointsIdsList { ids })
                .wait(true);
            self.failures.tell(self.client.overwrite_payload(set).await)?;
        }
        let stay = entries.iter().map(|entry| PointId::from(entry.id));
        let gone = Filter { must_not: vec![Condition::has_id(stay)], ..filter };
        let delete = DeletePointsBuilder::new(&name).points(gone).wait(true);
        self.failures.tell(self.client.delete_points(delete).await).map(drop)
    }

    async fn nearest(
        &self,
        collection: &Collection,
        organization: OrganizationId,
        question: &[f32],
        limit: usize,
        filters: &Filters,
    ) -> Result<Vec<Neighbor>, VectorError> {
        let name = self.named(collection)?;
        let question = unit(question)?;
        // Qdrant refuses a limit of 0.
        let query = QueryPointsBuilder::new(name)
            .query(Query::new_nearest(question))
            .filter(payload::filter(organization, filters))
            .limit(limit.clamp(1, MAX_LIMIT) as u64)
            .params(SearchParamsBuilder::default().exact(false))
            .with_payload(false)
            .with_vectors(false);
        let found = self.failures.tell(self.client.query(query).await)?;
        let near = found.result.into_iter().take(limit).filter_map(|point| {
            Some(Neighbor { id: uuid(point.id)?, similarity: point.score.clamp(-1.0, 1.0) })
        });
        Ok(near.collect())
    }

    async fn check(&self) -> Result<(), VectorError> {
        // A health check would not test the key.
        self.failures.tell(self.client.list_collections().await).map(drop)
    }
}

/// Groups entries with equal payloads, by one of them.
fn alike<'a>(entries: &[&&'a Entry]) -> Vec<(&'a Entry, Vec<PointId>)> {
    let mut groups: HashMap<_, (&Entry, Vec<PointId>)> = HashMap::new();
    for entry in entries {
        let particulars = (&entry.kind, &entry.speakers, &entry.language);
        let (_, ids) = groups.entry(particulars).or_insert_with(|| (**entry, Vec::new()));
        ids.push(entry.id.into());
    }
    groups.into_values().collect()
}

fn uuid(id: Option<PointId>) -> Option<Uuid> {
    match id?.point_id_options? {
        PointIdOptions::Uuid(id) => id.parse().ok(),
        PointIdOptions::Num(_) => None,
    }
}
