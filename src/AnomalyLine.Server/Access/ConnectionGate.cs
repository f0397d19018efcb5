using Microsoft.AspNetCore.Connections;

namespace AnomalyLine.Server.Access;

/// <summary>
/// Bounds the connections of strangers, callers that have not proved who they are: a further one takes the place of the one that has been a stranger for longest. So they cannot crowd out
/// those who prove themselves, whose connections are bounded by the web server's own limit. Any thread.
/// </summary>
/// <param name="most">Connections of strangers, at least 1.</param>
internal sealed class ConnectionGate(int most)
{
    private readonly LinkedList<ConnectionContext> _strangers = [];
    private readonly Lock _lock = new();

    /// <summary>Connections of strangers now.</summary>
    public int Strangers
    {
        get
        {
            lock (_lock) return _strangers.Count;
        }
    }

    /// <summary>Lets a connection in as a stranger's, until it ends or <see cref="Know"/> is told of it.</summary>
    public async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var stranger = new Stranger(this, new LinkedListNode<ConnectionContext>(connection));
        connection.Features.Set(stranger);
        ConnectionContext? oldest = null;
        lock (_lock)
        {
            if (_strangers.Count >= most)
            {
                oldest = _strangers.First!.Value;
                _strangers.RemoveFirst();
            }

            _strangers.AddLast(stranger.Place);
        }

        oldest?.Abort(new ConnectionAbortedException("Too many connections of callers who have not proved who they are; this one was the oldest of them."));
        try
        {
            await next(connection);
        }
        finally
        {
            stranger.Leave();
        }
    }

    /// <summary>The caller of a request has proved who they are: their connection is no stranger's any more.</summary>
    public static void Know(HttpContext http) => http.Features.Get<Stranger>()?.Leave();

    private sealed class Stranger(ConnectionGate gate, LinkedListNode<ConnectionContext> place)
    {
        public LinkedListNode<ConnectionContext> Place { get; } = place;

        /// <summary>Without effect for one that has left already.</summary>
        public void Leave()
        {
            if (Volatile.Read(ref gate) is not { } left || Place.List is null) return;
            lock (left._lock)
                if (Place.List is not null) left._strangers.Remove(Place);
        }
    }
}
