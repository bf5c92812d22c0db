mod change_set;
mod crash;
mod create;
mod fake;
mod role;
mod update;
