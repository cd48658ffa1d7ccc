"""What people type into the roadmap's pages."""
