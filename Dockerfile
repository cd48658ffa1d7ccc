# One image for every part: `manage.py up` runs all of them, compose.yaml runs them apart.
FROM python:3.11-slim
ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 UPLIFT_HOME=/state
WORKDIR /app
COPY pyproject.toml constraints.txt ./
COPY roi roi
COPY training training
COPY webapp webapp
RUN pip install --constraint constraints.txt .
COPY . .
RUN useradd --create-home uplift && mkdir -p /state/models /files && chown -R uplift /state /files
USER uplift
VOLUME ["/state", "/files"]
EXPOSE 8000
CMD ["sh", "-c", "python manage.py setup && exec python manage.py up"]
