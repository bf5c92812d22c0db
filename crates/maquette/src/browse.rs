//! `maquette browse`: a browser to which the model's names are real.

use crate::{Done, client, model::Running};
use clap::Args;
use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// What to open [default: the first address of `maquette status`]
    url: Option<String>,
    /// Print the browser's command line instead of running it
    #[arg(long)]
    print: bool,
    /// Further arguments for the browser, after `--`
    #[arg(last = true)]
    rest: Vec<OsString>,
}

/// Chromium and its kin: what takes a proxy and a trusted key on its command line.
const BROWSERS: [&str; 6] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "brave-browser"];

pub(crate) fn main(data: &Path, arguments: &Arguments) -> Done {
    let model = Running::get(data)?;
    let url = match &arguments.url {
        Some(url) => url.clone(),
        None => first_address(&model)?,
    };
    let browser = find_browser().ok_or_else(|| {
        let proxy = model.url();
        format!(
            "no Chromium was found; install one (apt-get install chromium), or give your browser the HTTP(S) proxy \
             {proxy} and let it trust {}",
            model.ca_bundle.display()
        )
    })?;
    let mut command = Command::new(&browser);
    command.args(flags(data, &model)).args(&arguments.rest).arg(&url);
    if arguments.print {
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        println!("{}", words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" "));
        return Ok(ExitCode::SUCCESS);
    }
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().map_err(|why| format!("{} cannot be run: {why}", browser.display()))?;
    eprintln!("opened {url} in {}", browser.display());
    Ok(ExitCode::SUCCESS)
}

fn flags(data: &Path, model: &Running) -> Vec<String> {
    let mut flags = vec![
        format!("--proxy-server={}", model.url()),
        format!("--ignore-certificate-errors-spki-list={}", model.ca_key_hash),
        format!("--user-data-dir={}", data.join("browser").display()),
        "--no-first-run".into(),
        "--no-default-browser-check".into(),
        "--disable-background-networking".into(),
        "--disable-component-update".into(),
        "--disable-sync".into(),
        "--disable-quic".into(),
    ];
    if rustix::process::geteuid().is_root() {
        flags.push("--no-sandbox".into());
    }
    flags
}

fn first_address(model: &Running) -> Result<String, String> {
    let status = client::get(model, "status")?;
    let address = status["addresses"].as_array().into_iter().flatten().find_map(|address| address["url"].as_str());
    address.map(str::to_owned).ok_or_else(|| "the model has no address to open yet; name one".into())
}

fn find_browser() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    BROWSERS.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|path| path.is_file())
}
