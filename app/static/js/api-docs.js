// Swagger UI on our own description. The CSRF token of the page's session is not used: try it with a bearer token.
const place = document.getElementById("swagger-ui");
window.ui = window.SwaggerUIBundle({ url: place.dataset.url, domNode: place, deepLinking: true, validatorUrl: null });
