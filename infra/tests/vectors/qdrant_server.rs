//! A server that implements the part of Qdrant's gRPC that the adapter uses, exactly and in memory.
//!
//! It answers UNIMPLEMENTED to everything else, including unknown settings of known calls.

use crate::qdrant_filter::Payload;
use q::collections_server::{Collections, CollectionsServer};
use q::points_server::PointsServer;
use q::vectors_config::Config;
use qdrant_client::qdrant as q;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use tonic::{Request, Response, Status};

pub(crate) type Answer<T> = Result<Response<T>, Status>;

pub(crate) struct Point {
    pub(crate) payload: Payload,
    /// Of length 1.
    pub(crate) vector: Vec<f32>,
}

pub(crate) struct Collection {
    config: q::CollectionConfig,
    pub(crate) dimensions: usize,
    pub(crate) points: BTreeMap<String, Point>,
    pub(crate) indexes: Vec<String>,
}

pub(crate) type Stored = BTreeMap<String, Collection>;

#[derive(Clone)]
pub(crate) struct Handler {
    stored: Arc<Mutex<Stored>>,
    key: Option<String>,
    writes: Arc<AtomicI64>,
}

/// Runs until it is dropped.
pub(crate) struct Server {
    address: std::net::SocketAddr,
    handler: Handler,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    /// Starts a server that requires this API key.
    pub(crate) async fn start(key: Option<&str>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let handler = Handler {
            stored: Arc::default(),
            key: key.map(str::to_owned),
            writes: Arc::new(AtomicI64::new(i64::MAX)),
        };
        let large = 64 << 20;
        let serve = tonic::transport::Server::builder()
            .add_service(CollectionsServer::new(handler.clone()).max_decoding_message_size(large))
            .add_service(PointsServer::new(handler.clone()).max_decoding_message_size(large))
            .serve_with_incoming(tonic::transport::server::TcpIncoming::from(listener));
        let task = tokio::spawn(async move { serve.await.unwrap() });
        Self { address, handler, task }
    }

    pub(crate) fn url(&self) -> String {
        format!("qdrant:http://{}?prefix=test", self.address)
    }

    /// Lets this many more writing calls succeed.
    pub(crate) fn allow_writes(&self, writes: i64) {
        self.handler.writes.store(writes, Ordering::SeqCst);
    }

    /// Loses everything, like a server with a new disk.
    pub(crate) fn forget(&self) {
        self.handler.stored.lock().unwrap().clear();
    }

    /// Returns the names of collections, each with its indexed fields.
    pub(crate) fn indexes(&self) -> Vec<(String, Vec<String>)> {
        let stored = self.handler.stored.lock().unwrap();
        stored.iter().map(|(name, it)| (name.clone(), it.indexes.clone())).collect()
    }
}

impl Handler {
    pub(crate) fn read<T>(
        &self,
        request: Request<T>,
    ) -> Result<(T, MutexGuard<'_, Stored>), Status> {
        let given = request.metadata().get("api-key").and_then(|it| it.to_str().ok());
        if self.key.is_some() && given != self.key.as_deref() {
            return Err(Status::unauthenticated("Must provide an API key or an Authorization"));
        }
        Ok((request.into_inner(), self.stored.lock().unwrap()))
    }

    pub(crate) fn write<T>(
        &self,
        request: Request<T>,
    ) -> Result<(T, MutexGuard<'_, Stored>), Status> {
        if self.writes.fetch_sub(1, Ordering::SeqCst) <= 0 {
            return Err(Status::unavailable("as the test wants it"));
        }
        self.read(request)
    }
}

pub(crate) fn named<'a>(stored: &'a mut Stored, name: &str) -> Result<&'a mut Collection, Status> {
    let missing = || Status::not_found(format!("Not found: Collection `{name}` doesn't exist!"));
    stored.get_mut(name).ok_or_else(missing)
}

/// Refuses what this server does not implement.
pub(crate) fn only(known: bool, what: &str) -> Result<(), Status> {
    if known { Ok(()) } else { Err(Status::unimplemented(what.to_owned())) }
}

/// Implements a service: the given methods, and UNIMPLEMENTED for the rest.
macro_rules! service {
    ($service:ident lacks { $($name:ident: $request:ident => $answer:ident),* $(,)? } $($given:tt)*) => {
        #[tonic::async_trait]
        impl $service for Handler {
            $($given)*
            $(async fn $name(&self, _: Request<q::$request>) -> Answer<q::$answer> {
                Err(Status::unimplemented(stringify!($name)))
            })*
        }
    };
}

service! {
    Collections lacks {
        update: UpdateCollection => CollectionOperationResponse,
        update_aliases: ChangeAliases => CollectionOperationResponse,
        list_collection_aliases: ListCollectionAliasesRequest => ListAliasesResponse,
        list_aliases: ListAliasesRequest => ListAliasesResponse,
        collection_cluster_info: CollectionClusterInfoRequest => CollectionClusterInfoResponse,
        collection_exists: CollectionExistsRequest => CollectionExistsResponse,
        update_collection_cluster_setup:
            UpdateCollectionClusterSetupRequest => UpdateCollectionClusterSetupResponse,
        create_shard_key: CreateShardKeyRequest => CreateShardKeyResponse,
        delete_shard_key: DeleteShardKeyRequest => DeleteShardKeyResponse,
        list_shard_keys: ListShardKeysRequest => ListShardKeysResponse,
    }

    async fn get(
        &self,
        request: Request<q::GetCollectionInfoRequest>,
    ) -> Answer<q::GetCollectionInfoResponse> {
        let (request, mut stored) = self.read(request)?;
        let collection = named(&mut stored, &request.collection_name)?;
        let config = Some(collection.config.clone());
        let result = Some(q::CollectionInfo { config, ..Default::default() });
        Ok(Response::new(q::GetCollectionInfoResponse { result, ..Default::default() }))
    }

    async fn list(
        &self,
        request: Request<q::ListCollectionsRequest>,
    ) -> Answer<q::ListCollectionsResponse> {
        let (_, stored) = self.read(request)?;
        let collections =
            stored.keys().map(|name| q::CollectionDescription { name: name.clone() }).collect();
        Ok(Response::new(q::ListCollectionsResponse { collections, ..Default::default() }))
    }

    async fn create(
        &self,
        request: Request<q::CreateCollection>,
    ) -> Answer<q::CollectionOperationResponse> {
        let (request, mut stored) = self.write(request)?;
        let q::CreateCollection { collection_name, hnsw_config, vectors_config, timeout: _, .. } =
            request.clone();
        let rest = q::CreateCollection {
            collection_name: collection_name.clone(),
            hnsw_config,
            vectors_config: vectors_config.clone(),
            ..Default::default()
        };
        only(request == rest, "settings of a collection")?;
        if stored.contains_key(&collection_name) {
            return Err(Status::already_exists(format!(
                "Wrong input: Collection `{collection_name}` already exists!"
            )));
        }
        let Some(Config::Params(params)) = vectors_config.clone().and_then(|it| it.config) else {
            return Err(Status::unimplemented("named vectors"));
        };
        only(params.distance() == q::Distance::Cosine, "other distances")?;
        let params = q::VectorParams { size: params.size, distance: params.distance, ..params };
        let dimensions = params.size as usize;
        let config = q::CollectionConfig {
            params: Some(q::CollectionParams { vectors_config, ..Default::default() }),
            hnsw_config,
            ..Default::default()
        };
        let (points, indexes) = (BTreeMap::new(), Vec::new());
        stored.insert(collection_name, Collection { config, dimensions, points, indexes });
        Ok(Response::new(q::CollectionOperationResponse { result: true, time: 0.0 }))
    }

    async fn delete(
        &self,
        request: Request<q::DeleteCollection>,
    ) -> Answer<q::CollectionOperationResponse> {
        let (request, mut stored) = self.write(request)?;
        let result = stored.remove(&request.collection_name).is_some();
        Ok(Response::new(q::CollectionOperationResponse { result, time: 0.0 }))
    }
}

pub(crate) use service;
