<?php
// Who answered, whom the server takes for its client, and what the browser brought along. The balancer's tests read it.
header('Refresh: 10');

$now = time();
$server = $_SERVER['SERVER_ADDR'] ?? 'Desconocido';
$client = $_SERVER['REMOTE_ADDR'] ?? 'Desconocido';
// Whatever a client may write into a header must not become markup.
$forwarded = htmlspecialchars($_SERVER['HTTP_X_FORWARDED_FOR'] ?? 'Desconocido');
$cookies = htmlspecialchars(print_r($_COOKIE, true));

echo implode('<br>', [
    'Servidor Web pruebas cluster',
    date('\H\o\y \e\s d/m/Y.', $now) . date('\S\o\n \l\a\s H:i:s', $now),
    "Soy el servidor IP: $server",
    "Cliente IP: $client",
    "Forwarded-For: $forwarded",
    '',
    'Cookies:',
    $cookies,
]);
