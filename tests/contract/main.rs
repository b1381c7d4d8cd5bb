//! One story for every implementation of a port: what holds for one store holds for all of them.
#![cfg(feature = "service")]

mod store;
