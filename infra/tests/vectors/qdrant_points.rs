//! The test server's points: written, filtered and compared, all of them each time.

use crate::qdrant_filter::{Compiled, id};
use crate::qdrant_server::{Answer, Collection, Handler, Point, named, only, service};
use q::points_selector::PointsSelectorOneOf;
use q::points_server::Points;
use qdrant_client::qdrant as q;
use tonic::{Request, Response, Status};

impl Collection {
    fn selected(&self, selector: Option<q::PointsSelector>) -> Result<Vec<String>, Status> {
        match selector.and_then(|it| it.points_selector_one_of) {
            Some(PointsSelectorOneOf::Points(list)) => {
                let ids: Result<Vec<String>, Status> =
                    list.ids.iter().map(|it| id(Some(it))).collect();
                Ok(ids?.into_iter().filter(|it| self.points.contains_key(it)).collect())
            }
            Some(PointsSelectorOneOf::Filter(filter)) => self.passing(Some(&filter)),
            None => Err(Status::invalid_argument("PointSelector is missing")),
        }
    }

    fn passing(&self, filter: Option<&q::Filter>) -> Result<Vec<String>, Status> {
        let filter = Compiled::new(filter)?;
        let passing = self.points.iter().filter(|(id, point)| filter.passes(id, &point.payload));
        Ok(passing.map(|(id, _)| id.clone()).collect())
    }
}

fn unit(vector: Vec<f32>, dimensions: usize) -> Result<Vec<f32>, Status> {
    if vector.len() != dimensions {
        return Err(Status::invalid_argument(format!(
            "Wrong input: Vector dimension error: expected dim: {dimensions}, got {}",
            vector.len()
        )));
    }
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    Ok(vector.iter().map(|x| x / length).collect())
}

fn done() -> Answer<q::PointsOperationResponse> {
    let status = q::UpdateStatus::Completed.into();
    let result = Some(q::UpdateResult { operation_id: None, status });
    Ok(Response::new(q::PointsOperationResponse { result, ..Default::default() }))
}

fn without<T: Default + PartialEq>(selector: Option<T>, off: T) -> bool {
    selector.is_none_or(|it| it == off)
}

service! {
    Points lacks {
        update_vectors: UpdatePointVectors => PointsOperationResponse,
        delete_vectors: DeletePointVectors => PointsOperationResponse,
        set_payload: SetPayloadPoints => PointsOperationResponse,
        delete_payload: DeletePayloadPoints => PointsOperationResponse,
        clear_payload: ClearPayloadPoints => PointsOperationResponse,
        delete_field_index: DeleteFieldIndexCollection => PointsOperationResponse,
        create_vector_name: CreateVectorNameRequest => PointsOperationResponse,
        delete_vector_name: DeleteVectorNameRequest => PointsOperationResponse,
        search: SearchPoints => SearchResponse,
        search_batch: SearchBatchPoints => SearchBatchResponse,
        search_groups: SearchPointGroups => SearchGroupsResponse,
        recommend: RecommendPoints => RecommendResponse,
        recommend_batch: RecommendBatchPoints => RecommendBatchResponse,
        recommend_groups: RecommendPointGroups => RecommendGroupsResponse,
        discover: DiscoverPoints => DiscoverResponse,
        discover_batch: DiscoverBatchPoints => DiscoverBatchResponse,
        count: CountPoints => CountResponse,
        update_batch: UpdateBatchPoints => UpdateBatchResponse,
        query_batch: QueryBatchPoints => QueryBatchResponse,
        query_groups: QueryPointGroups => QueryGroupsResponse,
        facet: FacetCounts => FacetResponse,
        search_matrix_pairs: SearchMatrixPoints => SearchMatrixPairsResponse,
        search_matrix_offsets: SearchMatrixPoints => SearchMatrixOffsetsResponse,
    }

    async fn create_field_index(
        &self,
        request: Request<q::CreateFieldIndexCollection>,
    ) -> Answer<q::PointsOperationResponse> {
        let (request, mut stored) = self.write(request)?;
        only(request.wait == Some(true), "writes that nobody waits for")?;
        let collection = named(&mut stored, &request.collection_name)?;
        if !collection.indexes.contains(&request.field_name) {
            collection.indexes.push(request.field_name);
        }
        done()
    }

    async fn upsert(&self, request: Request<q::UpsertPoints>) -> Answer<q::PointsOperationResponse> {
        let (request, mut stored) = self.write(request)?;
        let q::UpsertPoints {
            collection_name, wait: Some(true), points, ordering: None, shard_key_selector: None,
            update_filter: None, timeout: None, update_mode: None,
        } = request else {
            return Err(Status::unimplemented("settings of an upsert"));
        };
        let collection = named(&mut stored, &collection_name)?;
        let mut new = Vec::new();
        for q::PointStruct { id: point, payload, vectors } in points {
            use q::vector::Vector::Dense;
            use q::vectors::VectorsOptions::Vector;
            let vector = match vectors.and_then(|it| it.vectors_options) {
                Some(Vector(q::Vector { vector: Some(Dense(dense)), .. })) => dense.data,
                _ => return Err(Status::unimplemented("vectors that are not dense")),
            };
            let vector = unit(vector, collection.dimensions)?;
            new.push((id(point.as_ref())?, Point { payload, vector }));
        }
        collection.points.extend(new);
        done()
    }

    async fn overwrite_payload(
        &self,
        request: Request<q::SetPayloadPoints>,
    ) -> Answer<q::PointsOperationResponse> {
        let (request, mut stored) = self.write(request)?;
        let q::SetPayloadPoints {
            collection_name, wait: Some(true), payload, points_selector, ordering: None,
            shard_key_selector: None, key: None, timeout: None,
        } = request else {
            return Err(Status::unimplemented("settings of payloads"));
        };
        let collection = named(&mut stored, &collection_name)?;
        for id in collection.selected(points_selector)? {
            if let Some(point) = collection.points.get_mut(&id) {
                point.payload = payload.clone();
            }
        }
        done()
    }

    async fn delete(&self, request: Request<q::DeletePoints>) -> Answer<q::PointsOperationResponse> {
        let (request, mut stored) = self.write(request)?;
        let q::DeletePoints {
            collection_name, wait: Some(true), points, ordering: None, shard_key_selector: None,
            timeout: None,
        } = request else {
            return Err(Status::unimplemented("settings of a deletion"));
        };
        let collection = named(&mut stored, &collection_name)?;
        for id in collection.selected(points)? {
            collection.points.remove(&id);
        }
        done()
    }

    async fn get(&self, request: Request<q::GetPoints>) -> Answer<q::GetResponse> {
        let (request, mut stored) = self.read(request)?;
        let q::GetPoints {
            collection_name, ids, with_payload: _, with_vectors, read_consistency: None,
            shard_key_selector: None, timeout: None,
        } = request else {
            return Err(Status::unimplemented("settings of reading"));
        };
        only(without(with_vectors, false.into()), "vectors in answers")?;
        let collection = named(&mut stored, &collection_name)?;
        let mut result = Vec::new();
        for point in ids {
            if let Some(found) = collection.points.get(&id(Some(&point))?) {
                let (id, payload) = (Some(point), found.payload.clone());
                result.push(q::RetrievedPoint { id, payload, ..Default::default() });
            }
        }
        Ok(Response::new(q::GetResponse { result, ..Default::default() }))
    }

    async fn scroll(&self, request: Request<q::ScrollPoints>) -> Answer<q::ScrollResponse> {
        let (request, mut stored) = self.read(request)?;
        let q::ScrollPoints {
            collection_name, filter, offset, limit, with_payload, with_vectors,
            read_consistency: None, shard_key_selector: None, order_by: None, timeout: None,
        } = request else {
            return Err(Status::unimplemented("settings of a scroll"));
        };
        only(without(with_vectors, false.into()), "vectors in answers")?;
        only(without(with_payload, false.into()), "payloads of a scroll")?;
        let mut ids = named(&mut stored, &collection_name)?.passing(filter.as_ref())?;
        if let Some(offset) = offset {
            let offset = id(Some(&offset))?;
            ids.retain(|it| *it >= offset);
        }
        let limit = limit.unwrap_or(10) as usize;
        let next_page_offset = ids.get(limit).map(|id| id.clone().into());
        ids.truncate(limit);
        let point = |id: String| q::RetrievedPoint { id: Some(id.into()), ..Default::default() };
        let result = ids.into_iter().map(point).collect();
        Ok(Response::new(q::ScrollResponse { next_page_offset, result, ..Default::default() }))
    }

    async fn query(&self, request: Request<q::QueryPoints>) -> Answer<q::QueryResponse> {
        use q::query::Variant::Nearest;
        use q::vector_input::Variant::Dense;
        let (request, mut stored) = self.read(request)?;
        let q::QueryPoints {
            collection_name, prefetch, query, using: None, filter, params: _,
            score_threshold: None, limit, offset: None, with_vectors, with_payload,
            read_consistency: None, shard_key_selector: None, lookup_from: None, timeout: None,
        } = request else {
            return Err(Status::unimplemented("settings of a query"));
        };
        only(prefetch.is_empty(), "prefetch")?;
        only(without(with_vectors, false.into()), "vectors in answers")?;
        only(without(with_payload, false.into()), "payloads of a query")?;
        let Some(Nearest(q::VectorInput { variant: Some(Dense(question)) })) =
            query.and_then(|it| it.variant)
        else {
            return Err(Status::unimplemented("queries that are not for the nearest"));
        };
        let limit = limit.unwrap_or(10) as usize;
        if limit == 0 {
            return Err(Status::invalid_argument("limit: value 0 invalid, must be 1 or larger"));
        }
        let collection = named(&mut stored, &collection_name)?;
        let question = unit(question.data, collection.dimensions)?;
        let mut result = Vec::new();
        for id in collection.passing(filter.as_ref())? {
            let vector = &collection.points[&id].vector;
            let score = vector.iter().zip(&question).map(|(a, b)| a * b).sum();
            result.push(q::ScoredPoint { id: Some(id.into()), score, ..Default::default() });
        }
        result.sort_by(|a, b| b.score.total_cmp(&a.score));
        result.truncate(limit);
        Ok(Response::new(q::QueryResponse { result, ..Default::default() }))
    }
}
