"""What the roadmap's pages show, as plain data: facts are found here, views only hand them on."""
