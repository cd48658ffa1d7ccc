"""What the jobs pages show, assembled from the database and the job folders: no request, no template."""
