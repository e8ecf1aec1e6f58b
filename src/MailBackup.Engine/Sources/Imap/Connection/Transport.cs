using System.IO.Compression;
using System.Net.Security;
using System.Net.Sockets;
using MailBackup.Sources.Imap.Protocol;

namespace MailBackup.Sources.Imap.Connection;

/// <summary>
/// The bytes to and from a server: a socket, with TLS and compression over it as they are agreed on. Reads and writes have no token: <see cref="Abort"/>
/// ends them, and so does a server that says nothing for <see cref="Patience"/>.
/// </summary>
internal sealed class Transport : IDisposable
{
    /// <summary>A server that reads a large folder from a slow disk may say nothing for minutes.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(20);

    private readonly Socket _socket;
    private readonly Timer _watch;
    private readonly TimeSpan _patience;
    private Stream _stream;
    private Stream? _inflate;
    private long _waitingSince;
    private volatile string? _why;
    private volatile bool _silent;

    private Transport(Socket socket, TimeSpan patience)
    {
        (_socket, _patience) = (socket, patience);
        _stream = new NetworkStream(socket, ownsSocket: true);
        var period = TimeSpan.FromMilliseconds(Math.Min(5000, patience.TotalMilliseconds / 4));
        _watch = new Timer(_ => Watch(), null, period, period);
    }

    public bool IsEncrypted { get; private set; }

    /// <summary>Throws <see cref="ImapConnectionException"/>.</summary>
    public static async Task<Transport> ConnectAsync(string host, int port, TimeSpan patience, CancellationToken token)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
        limit.CancelAfter(ConnectPatience);
        try
        {
            await socket.ConnectAsync(host, port, limit.Token).ConfigureAwait(false);
            return new Transport(socket, patience);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            socket.Dispose();
            token.ThrowIfCancellationRequested();
            throw new ImapConnectionException(
                e is SocketException s ? $"no connection: {s.Message}" : $"no connection within {ConnectPatience.TotalSeconds:0} seconds", e);
        }
    }

    /// <summary>Throws <see cref="ImapRefusedException"/> when the certificate is not to be trusted.</summary>
    public async Task EncryptAsync(string host, CertificateCheck check)
    {
        var tls = new SslStream(_stream, leaveInnerStreamOpen: false);
        try
        {
            await RunAsync(async () =>
            {
                await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
                {
                    TargetHost = host,
                    RemoteCertificateValidationCallback = check.Validate,
                }).ConfigureAwait(false);
                return 0;
            }).ConfigureAwait(false);
        }
        catch (Exception e) when (e is System.Security.Authentication.AuthenticationException || e.InnerException is System.Security.Authentication.AuthenticationException)
        {
            throw new ImapRefusedException(check.Problem ?? $"no encrypted connection: {(e.InnerException ?? e).Message}", e);
        }

        _stream = tls;
        IsEncrypted = true;
    }

    /// <summary>From here on both directions are compressed (RFC 4978).</summary>
    /// <param name="early">Bytes that came compressed already.</param>
    public void Compress(byte[] early)
    {
        _inflate = new DeflateStream(new PrefixedStream(early, _stream), CompressionMode.Decompress, leaveOpen: true);
        _stream = new DeflateStream(_stream, CompressionLevel.Fastest, leaveOpen: false);
    }

    public ValueTask<int> ReadAsync(Memory<byte> buffer) => RunAsync(() => (_inflate ?? _stream).ReadAsync(buffer));

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, bool flush) => await RunAsync(async () =>
    {
        await _stream.WriteAsync(bytes).ConfigureAwait(false);
        if (flush)
        {
            await _stream.FlushAsync().ConfigureAwait(false);
        }

        return 0;
    }).ConfigureAwait(false);

    /// <summary>Ends whatever is being read or written.</summary>
    public void Abort(string why)
    {
        _why ??= why;
        _socket.Dispose();
    }

    public void Dispose()
    {
        _watch.Dispose();
        try
        {
            _inflate?.Dispose();
            _socket.Dispose();
            _stream.Dispose();
        }
        catch (Exception e) when (IsFault(e))
        {
            // The last block of a compressed stream has nowhere to go.
        }
    }

    private async ValueTask<T> RunAsync<T>(Func<ValueTask<T>> work)
    {
        Interlocked.Exchange(ref _waitingSince, Environment.TickCount64);
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception e) when (IsFault(e))
        {
            string why = _why ?? $"the connection broke: {(e.InnerException ?? e).Message}";
            throw _silent ? new ImapSilenceException(why, e) : new ImapConnectionException(why, e);
        }
        finally
        {
            Interlocked.Exchange(ref _waitingSince, 0);
        }
    }

    private void Watch()
    {
        if (Interlocked.Read(ref _waitingSince) is > 0 and var since && Environment.TickCount64 - since > _patience.TotalMilliseconds)
        {
            _silent = _why is null;
            Abort($"the server said nothing for {_patience.TotalSeconds:0} seconds");
        }
    }

    private static bool IsFault(Exception e) => e is IOException or SocketException or ObjectDisposedException or InvalidDataException;
}
