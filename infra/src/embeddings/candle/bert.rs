//! The network: BERT's encoder.
//!
//! Texts are concatenated without padding. The operations per token (nine tenths of the work) run
//! on all of them at once, attention runs on one text at a time. So no text can attend to another,
//! and no mask is needed.

use super::gelu::Gelu;
use candle_core::{DType, Device, Error, Result, Tensor, safetensors};
use candle_nn::ops::{layer_norm, softmax_last_dim};
use serde::Deserialize;
use std::collections::HashMap;

/// `config.json`, as far as it is used here.
#[derive(Debug, Deserialize)]
pub(super) struct Config {
    pub(super) model_type: Option<String>,
    pub(super) position_embedding_type: Option<String>,
    pub(super) vocab_size: usize,
    pub(super) max_position_embeddings: usize,
    hidden_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    intermediate_size: usize,
    hidden_act: Activation,
    #[serde(default = "layer_norm_eps")]
    layer_norm_eps: f32,
}

fn layer_norm_eps() -> f32 {
    1e-12
}

#[derive(Debug, Clone, Copy, Deserialize)]
enum Activation {
    #[serde(rename = "gelu")]
    Gelu,
    #[serde(rename = "gelu_new", alias = "gelu_pytorch_tanh", alias = "gelu_approximate")]
    GeluTanh,
    #[serde(rename = "relu")]
    Relu,
}

/// How the vectors of a text's tokens are combined into the text's vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pooling {
    /// The mean.
    Mean,
    /// The first token's vector.
    First,
}

/// A network with its weights.
pub(super) struct Bert {
    words: Tensor,
    /// Includes the embedding of the token type, of which there is only one here.
    positions: Tensor,
    norm: Norm,
    layers: Vec<Layer>,
    heads: usize,
    activation: Activation,
}

struct Layer {
    query_key_value: Linear,
    attended: Linear,
    attended_norm: Norm,
    widened: Linear,
    narrowed: Linear,
    norm: Norm,
}

/// Weights in the layout in which they are multiplied.
struct Linear {
    weight: Tensor,
    bias: Tensor,
}

impl Linear {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        input.matmul(&self.weight)?.broadcast_add(&self.bias)
    }
}

struct Norm {
    weight: Tensor,
    bias: Tensor,
    eps: f32,
}

impl Norm {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        layer_norm(input, &self.weight, &self.bias, self.eps)
    }
}

impl Bert {
    /// Loads the weights of a safetensors file.
    pub(super) fn load(config: &Config, file: &[u8]) -> Result<Self> {
        let weights = Weights(safetensors::load_buffer(file, &Device::Cpu)?);
        let (hidden, heads) = (config.hidden_size, config.num_attention_heads);
        if heads == 0 || hidden % heads != 0 {
            return Err(Error::msg("hidden_size is not a multiple of num_attention_heads"));
        }
        let norm = |name: &str| {
            Ok::<_, Error>(Norm {
                weight: weights
                    .get(&[&format!("{name}.weight"), &format!("{name}.gamma")], &[hidden])?,
                bias: weights
                    .get(&[&format!("{name}.bias"), &format!("{name}.beta")], &[hidden])?,
                eps: config.layer_norm_eps,
            })
        };
        let linear = |name: &str, from: usize, to: usize| {
            let weight = weights.get(&[&format!("{name}.weight")], &[to, from])?;
            let bias = weights.get(&[&format!("{name}.bias")], &[to])?;
            Ok::<_, Error>(Linear { weight: weight.t()?, bias })
        };
        let layer = |index: usize| {
            let name = |part: &str| format!("encoder.layer.{index}.{part}");
            let attention =
                |part: &str| linear(&name(&format!("attention.self.{part}")), hidden, hidden);
            // Folds the division of the scores by the square root of a head's size into the
            // weights.
            let scale = ((hidden / heads) as f64).sqrt().recip();
            let Linear { weight, bias } = attention("query")?;
            let query = Linear { weight: (weight * scale)?, bias: (bias * scale)? };
            let parts = [query, attention("key")?, attention("value")?];
            let inner = config.intermediate_size;
            Ok(Layer {
                query_key_value: Linear {
                    weight: Tensor::cat(&parts.each_ref().map(|it| &it.weight), 1)?,
                    bias: Tensor::cat(&parts.each_ref().map(|it| &it.bias), 0)?,
                },
                attended: linear(&name("attention.output.dense"), hidden, hidden)?,
                attended_norm: norm(&name("attention.output.LayerNorm"))?,
                widened: linear(&name("intermediate.dense"), hidden, inner)?,
                narrowed: linear(&name("output.dense"), inner, hidden)?,
                norm: norm(&name("output.LayerNorm"))?,
            })
        };
        let positions = weights.get(
            &["embeddings.position_embeddings.weight"],
            &[config.max_position_embeddings, hidden],
        )?;
        let types = weights.any("embeddings.token_type_embeddings.weight")?;
        Ok(Self {
            words: weights
                .get(&["embeddings.word_embeddings.weight"], &[config.vocab_size, hidden])?,
            positions: positions.broadcast_add(&types.get(0)?)?,
            norm: norm("embeddings.LayerNorm")?,
            layers: (0..config.num_hidden_layers).map(layer).collect::<Result<_>>()?,
            heads,
            activation: config.hidden_act,
        })
    }

    /// Returns a vector for each text, given by its tokens; there is at least one text and one
    /// token.
    pub(super) fn forward(&self, texts: &[&[u32]], pooling: Pooling) -> Result<Vec<Vec<f32>>> {
        let tokens = texts.concat();
        let places: Vec<u32> = texts.iter().flat_map(|it| 0..it.len() as u32).collect();
        let count = tokens.len();
        let words = self.words.index_select(&Tensor::from_vec(tokens, count, &Device::Cpu)?, 0)?;
        let places = Tensor::from_vec(places, count, &Device::Cpu)?;
        let mut states = self.norm.forward(&(words + self.positions.index_select(&places, 0)?)?)?;
        let mut spans = Vec::with_capacity(texts.len());
        let mut start = 0;
        for text in texts {
            spans.push((start, text.len()));
            start += text.len();
        }
        for layer in &self.layers {
            states = self.layer(layer, &states, &spans)?;
        }
        let pooled = spans.iter().map(|&(start, length)| match pooling {
            Pooling::Mean => states.narrow(0, start, length)?.mean(0)?.to_vec1(),
            Pooling::First => states.get(start)?.to_vec1(),
        });
        pooled.collect()
    }

    fn layer(&self, layer: &Layer, states: &Tensor, spans: &[(usize, usize)]) -> Result<Tensor> {
        let (count, hidden) = states.dims2()?;
        let parts = layer.query_key_value.forward(states)?;
        let parts = parts.reshape((count, 3, self.heads, hidden / self.heads))?;
        let attended = spans.iter().map(|&(start, length)| {
            let part = |index| {
                let part = parts.narrow(0, start, length)?.narrow(1, index, 1)?.squeeze(1)?;
                part.transpose(0, 1)
            };
            let scores = part(0)?.matmul(&part(1)?.t()?)?;
            let seen = softmax_last_dim(&scores)?.matmul(&part(2)?)?;
            seen.transpose(0, 1)?.reshape((length, hidden))
        });
        let attended = Tensor::cat(&attended.collect::<Result<Vec<_>>>()?, 0)?;
        let states = (layer.attended.forward(&attended)? + states)?;
        let states = layer.attended_norm.forward(&states)?;
        let wide = layer.widened.forward(&states)?;
        let wide = match self.activation {
            Activation::Gelu => {
                wide.inplace_op1(&Gelu)?;
                wide
            }
            Activation::GeluTanh => wide.gelu()?,
            Activation::Relu => wide.relu()?,
        };
        layer.norm.forward(&(layer.narrowed.forward(&wide)? + &states)?)
    }
}

/// The tensors of a file by name.
struct Weights(HashMap<String, Tensor>);

impl Weights {
    /// Returns the first of these tensors that exists; it must have this shape.
    fn get(&self, names: &[&str], shape: &[usize]) -> Result<Tensor> {
        let mut found = names.iter().filter_map(|name| self.any(name).ok());
        let tensor = match found.next() {
            Some(tensor) => tensor,
            None => self.any(names[0])?,
        };
        if tensor.dims() != shape {
            let (name, found) = (names[0], tensor.dims());
            return Err(Error::msg(format!(
                "{name} is {found:?}, expected {shape:?} according to config.json"
            )));
        }
        Ok(tensor)
    }

    fn any(&self, name: &str) -> Result<Tensor> {
        let tensor = self.0.get(name).or_else(|| self.0.get(&format!("bert.{name}")));
        match tensor {
            Some(tensor) => tensor.to_dtype(DType::F32),
            None => Err(Error::msg(format!("it has no {name}"))),
        }
    }
}
