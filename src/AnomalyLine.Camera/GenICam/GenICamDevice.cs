namespace AnomalyLine.Camera.GenICam;

/// <summary>A camera that answered.</summary>
/// <param name="Id">The library's name for it.</param>
/// <param name="Vendor">Who made it.</param>
/// <param name="Model">Its model.</param>
/// <param name="SerialNumber">Its serial number.</param>
/// <param name="Address">Its IP address, or place on USB.</param>
/// <param name="Protocol">GigEVision or USB3Vision.</param>
internal sealed record GenICamDevice(string Id, string Vendor, string Model, string SerialNumber, string Address, string Protocol)
{
    /// <summary>Whether people may mean it by this name.</summary>
    public bool IsCalled(string name) => name == Id || name == SerialNumber || name == Model || name == Address;
}
