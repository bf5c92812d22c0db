mod authorizers;
mod control;
mod routing;
mod serving;
mod templates;
mod world;
