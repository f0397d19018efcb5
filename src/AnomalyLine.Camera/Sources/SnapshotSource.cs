using System.Net.Http.Headers;
using System.Text;
using AnomalyLine.Camera.Configuration;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;

namespace AnomalyLine.Camera.Sources;

/// <summary>A camera that gives a picture at each HTTP request: JPEG or PNG, sent on as it is. A user and password in the address are sent by Basic authentication.</summary>
internal sealed class SnapshotSource : IFrameSource
{
    private readonly CameraSettings _camera;
    private readonly TimeProvider _time;
    private readonly Uri _address;
    private readonly HttpClient _http;

    public SnapshotSource(CameraSettings camera, TimeProvider time)
    {
        (_camera, _time) = (camera, time);
        var given = new Uri(camera.Source.Value);
        _address = new UriBuilder(given) { UserName = "", Password = "" }.Uri;
        _http = new HttpClient { MaxResponseContentBufferSize = Frame.MaxBytes, Timeout = camera.OpenTimeout };
        if (given.UserInfo.Length > 0)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(given.UserInfo))));
    }

    /// <inheritdoc/>
    public SourceFrame? Read(CancellationToken cancel)
    {
        var asked = _time.GetUtcNow();
        try
        {
            // The whole answer is read within the client's time, body included.
            var bytes = _http.GetByteArrayAsync(_address, cancel).GetAwaiter().GetResult();
            if (FrameFile.TryWrap(bytes, asked, _camera.SignificantBits, out var frame, out var error)) return new SourceFrame("", frame, null, asked);
            throw new SourceException($"{_camera.Source}: {error}");
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return null;
        }
        catch (OperationCanceledException late)
        {
            throw new SourceException($"{_camera.Source}: no picture within {_camera.OpenTimeout.TotalSeconds:0.#} s.", late);
        }
        catch (HttpRequestException failure)
        {
            throw new SourceException($"{_camera.Source}: {failure.Message}", failure);
        }
    }

    /// <inheritdoc/>
    public string? Trigger() => "has no software trigger";

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();
}
